/**
 * Serves a rank's experts to the leader of its replica, with the standard health service. A stream's dispatches are computed
 * one after the other; the next is read when the last is answered.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { ServerHttp2Stream } from "node:http2";
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { serviceDefinition } from "@palimpsest/proto";
import {
  type Dispatch,
  DispatchFailureSchema,
  type ExchangeRequest,
  type ExchangeResponse,
  ExchangeResponseSchema,
  ExpertService,
} from "@palimpsest/proto/expert";
import type { Tls } from "@palimpsest/proto/tls-files";
import { HealthImplementation } from "grpc-health-check";
import { type Clock, within } from "../clock.ts";
import type { RankLink } from "../parallel/exchange.ts";
import { listen, listenAll } from "./listen.ts";
import {
  agree,
  decodeDispatch,
  EXCHANGE_WINDOW_BYTES,
  type ExchangeTerms,
  encodeCombine,
  encodeHello,
  MAX_EXCHANGE_BYTES,
  type RowType,
  type RowTypes,
  requireLittleEndian,
} from "./rank-codec.ts";
import { serverCredentials } from "./tls.ts";

/** Detects a leader that crashed. It holds nothing but a stream. */
const KEEPALIVE = { "grpc.keepalive_time_ms": 20_000, "grpc.keepalive_timeout_ms": 10_000 };

export interface RankServer extends AsyncDisposable {
  /** The addresses that it listens on; a port of 0 is replaced by the chosen one. */
  readonly addresses: readonly string[];
  /** Reports NOT_SERVING, rejects new leaders, and stops when the leader has disconnected, or after `limitMs`. */
  drain(limitMs: number): Promise<void>;
}

export interface RankServerOptions {
  /** The rank's experts. */
  readonly link: RankLink;
  readonly terms: ExchangeTerms;
  /** Type of the package's rows. */
  readonly held: RowType;
  /** `host:port`, or `unix:` and a path. */
  readonly addresses: readonly string[];
  /** Serves health alone, without certificates: a kubelet's probe has none. */
  readonly healthAddresses?: readonly string[];
  /** Absent: any client may be its leader. */
  readonly tls?: Tls | undefined;
  readonly clock: Clock;
}

/** @throws Error naming the address that cannot be listened on */
export async function serveRank(options: RankServerOptions): Promise<RankServer> {
  requireLittleEndian();
  const server = new grpc.Server({ "grpc.max_receive_message_length": MAX_EXCHANGE_BYTES, ...KEEPALIVE });
  const health = new HealthImplementation({ "": "SERVING", [ExpertService.typeName]: "SERVING" });
  health.addToServer(server);
  server.addService(serviceDefinition(ExpertService), { exchange: (call: ExchangeCall) => exchange(call, options) });
  const plain = new grpc.Server();
  health.addToServer(plain);
  const bound = await listenAll([server, plain], () =>
    options.addresses.map((address) => listen(server, address, serverCredentials(options.tls))),
  );
  await listenAll([server, plain], () => (options.healthAddresses ?? []).map((address) => listen(plain, address)));
  const windows = widenWindows();
  const drain = async (limitMs: number) => {
    for (const service of ["", ExpertService.typeName]) health.setStatus(service, "NOT_SERVING");
    const { promise, resolve } = Promise.withResolvers<void>();
    server.tryShutdown(() => resolve());
    await within(promise, limitMs, options.clock);
    for (const one of [server, plain]) one.forceShutdown();
    windows[Symbol.dispose]();
  };
  return { addresses: bound, drain, [Symbol.asyncDispose]: () => drain(0) };
}

/**
 * Widens the HTTP/2 window of a leader's stream when it begins: grpc-js has an option for a client's window and none for a
 * server's. Uses a diagnostics channel of node:http2 that Node 24 documents as experimental. Without that channel ranks work
 * with the default window of 64 KiB, and large layers take longer.
 */
function widenWindows(): Disposable {
  const channel = "http2.server.stream.created";
  const widen = (message: unknown): void => {
    const { stream, headers } = message as { stream: ServerHttp2Stream; headers: Record<string, unknown> };
    if (headers[":path"] !== `/${ExpertService.typeName}/Exchange`) return;
    stream.session?.settings({ initialWindowSize: EXCHANGE_WINDOW_BYTES });
    stream.session?.setLocalWindowSize(EXCHANGE_WINDOW_BYTES);
  };
  subscribe(channel, widen);
  return { [Symbol.dispose]: () => void unsubscribe(channel, widen) };
}

type ExchangeCall = grpc.ServerDuplexStream<ExchangeRequest, ExchangeResponse>;

async function exchange(call: ExchangeCall, options: RankServerOptions): Promise<void> {
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort());
  try {
    for await (const response of answers(call, options)) {
      const ready = call.write(create(ExchangeResponseSchema, { message: response }));
      if (!ready) await once(call, "drain", { signal: gone.signal });
    }
    call.end();
  } catch (error) {
    // The leader has left.
    if (gone.signal.aborted) return;
    call.emit("error", { code: grpc.status.FAILED_PRECONDITION, details: (error as Error).message });
  }
}

/** @throws Error when the leader breaks the protocol, or disagrees on the package, plan or rank */
async function* answers(
  call: ExchangeCall,
  { link, terms, held }: RankServerOptions,
): AsyncGenerator<ExchangeResponse["message"]> {
  let types: RowTypes | undefined;
  // Without destroyOnReturn, since the status must still be sent when the iteration ends.
  for await (const { message } of call.iterator({ destroyOnReturn: false }) as AsyncIterable<ExchangeRequest>) {
    if (message.case === "hello") {
      // Sent before the check, so that the leader can name the difference, too.
      yield { case: "hello", value: { ...encodeHello(terms, held), rowType: message.value.rowType } };
      types = { sent: agree(terms, message.value), held };
    } else if (message.case === "dispatch" && types !== undefined) {
      yield await answer(link, message.value, types);
    } else {
      throw new Error(
        types === undefined ? "the first message must be a hello" : "a message that this version does not know",
      );
    }
  }
}

async function answer(link: RankLink, dispatch: Dispatch, types: RowTypes): Promise<ExchangeResponse["message"]> {
  try {
    const value = encodeCombine(dispatch.id, await link.run(decodeDispatch(dispatch, types)), types.sent);
    return { case: "combine", value };
  } catch (error) {
    const { message } = error as Error;
    return { case: "failure", value: create(DispatchFailureSchema, { id: dispatch.id, message }) };
  }
}
