/**
 * Serves a rank's experts to the leader of its replica, with the standard health service. It knows the wire and no graphs.
 * Each stream's dispatches are computed one after the other, and no more of them are read than are answered.
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
import { type RankTls, rankCredentials } from "./rank-tls.ts";

/** A leader that vanished without a word leaves a stream behind, and nothing else. */
const KEEPALIVE = { "grpc.keepalive_time_ms": 20_000, "grpc.keepalive_timeout_ms": 10_000 };

export interface RankServer extends AsyncDisposable {
  /** Where it listens; a port of 0 replaced by the one that was taken. */
  readonly addresses: readonly string[];
  /** Reports NOT_SERVING, takes no new leader, and stops when the leader has left, or after `limitMs`. */
  drain(limitMs: number): Promise<void>;
}

export interface RankServerOptions {
  /** The rank's experts. */
  readonly link: RankLink;
  readonly terms: ExchangeTerms;
  /** What the package's rows are made of. */
  readonly held: RowType;
  /** `host:port`, or `unix:` and a path. */
  readonly addresses: readonly string[];
  /** Where health is told without certificates, and nothing else: a kubelet's probe has none. */
  readonly healthAddresses?: readonly string[];
  /** Absent: whoever reaches it is its leader. */
  readonly tls?: RankTls | undefined;
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
    options.addresses.map((address) => listen(server, address, rankCredentials(options.tls))),
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

/** grpc-js lets a client choose its window, a server not: here it is chosen when a leader's stream begins. */
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
    // Nobody is left to tell when the leader is gone.
    if (gone.signal.aborted) return;
    call.emit("error", { code: grpc.status.FAILED_PRECONDITION, details: (error as Error).message });
  }
}

/** @throws Error when what comes is not what the two have agreed in */
async function* answers(
  call: ExchangeCall,
  { link, terms, held }: RankServerOptions,
): AsyncGenerator<ExchangeResponse["message"]> {
  let types: RowTypes | undefined;
  // Leaving the iteration does not take the call with it: the status still has to go out.
  for await (const { message } of call.iterator({ destroyOnReturn: false }) as AsyncIterable<ExchangeRequest>) {
    if (message.case === "hello") {
      // Said before it is judged: the leader, too, can tell how they differ.
      yield { case: "hello", value: { ...encodeHello(terms, held), rowType: message.value.rowType } };
      types = { sent: agree(terms, message.value), held };
    } else if (message.case === "dispatch" && types !== undefined) {
      yield await answer(link, message.value, types);
    } else {
      throw new Error(types === undefined ? "a leader begins with a hello" : "a message this program does not know");
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
