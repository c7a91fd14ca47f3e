/** Serves a worker over gRPC, with the standard health service. */
import { once } from "node:events";
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { encodeEvent, serviceDefinition } from "@palimpsest/proto";
import {
  type GenerateRequest,
  type GenerateResponse,
  GenerateResponseSchema,
  GenerateService,
  type GetModelResponse,
} from "@palimpsest/proto/generate";
import { encodeModel } from "@palimpsest/proto/request-codec";
import type { Tls } from "@palimpsest/proto/tls-files";
import { HealthImplementation } from "grpc-health-check";
import { type Clock, deadline, within } from "../clock.ts";
import { Multiplex, type MultiplexCall } from "./grpc-multiplex.ts";
import type { Intake } from "./intake.ts";
import { listen, listenAll } from "./listen.ts";
import { serverCredentials } from "./tls.ts";

/** The longest context of a released model, 262144 tokens, is about 1 MiB of text; the rest is room for tools and ids. */
export const MAX_REQUEST_BYTES = 8 * 2 ** 20;

/** Detects a crashed client within half a minute. Until then its request holds pages. */
const KEEPALIVE = { "grpc.keepalive_time_ms": 20_000, "grpc.keepalive_timeout_ms": 10_000 };

/** gRPC ends a call at its deadline. The engine is stopped before, so that its last event still arrives. */
const DEADLINE_MARGIN_MS = 250;

/** Time for the last events to leave the sockets. Health watchers never close their streams. */
const LINGER_MS = 2000;

export interface GrpcServer extends AsyncDisposable {
  /** The addresses that it listens on; a port of 0 is replaced by the chosen one. */
  readonly addresses: readonly string[];
  /** Sets what the health service reports; SERVING at first. It rejects no request. */
  setServing(serving: boolean): void;
  /** Reports NOT_SERVING, rejects new requests, cancels those still running after `limitMs`, and stops listening. */
  drain(limitMs: number): Promise<void>;
}

export interface GrpcServerOptions {
  /** `host:port`, or `unix:` and a path. */
  readonly addresses: readonly string[];
  /** Serves health alone, without certificates: a kubelet's probe has none. */
  readonly healthAddresses?: readonly string[];
  /** Absent: any client may send requests. Unix sockets are for any client that may open the file. */
  readonly tls?: Tls | undefined;
  readonly clock: Clock;
}

/** @throws Error naming the address that cannot be listened on */
export async function serveGrpc(
  intake: Intake,
  { addresses, healthAddresses = [], tls, clock }: GrpcServerOptions,
): Promise<GrpcServer> {
  const edges = new Set<Multiplex>();
  const server = new grpc.Server({ "grpc.max_receive_message_length": MAX_REQUEST_BYTES, ...KEEPALIVE });
  const health = new HealthImplementation({ "": "SERVING", [GenerateService.typeName]: "SERVING" });
  health.addToServer(server);
  server.addService(serviceDefinition(GenerateService), {
    generate: (call: GenerateCall) => answer(call, intake, clock),
    multiplex: (call: MultiplexCall) => {
      const edge = new Multiplex(call, { intake, clock, deadlineMarginMs: DEADLINE_MARGIN_MS });
      edges.add(edge);
      call.once("close", () => edges.delete(edge));
    },
    getModel: (_: unknown, reply: grpc.sendUnaryData<GetModelResponse>) =>
      reply(null, { ...encodeModel(intake.model), multiplex: true }),
  });
  const plain = new grpc.Server();
  health.addToServer(plain);
  const servers = [server, plain];
  const credentialsOf = (address: string) => serverCredentials(address.startsWith("unix:") ? undefined : tls);
  const bound = await listenAll(servers, () =>
    addresses.map((address) => listen(server, address, credentialsOf(address))),
  );
  await listenAll(servers, () => healthAddresses.map((address) => listen(plain, address)));

  let draining = false;
  const setServing = (serving: boolean) => {
    const status = serving && !draining ? "SERVING" : "NOT_SERVING";
    for (const service of ["", GenerateService.typeName]) health.setStatus(service, status);
  };
  const drain = async (limitMs: number) => {
    draining = true;
    setServing(false);
    await intake.drain(limitMs);
    for (const edge of edges) edge.end();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.tryShutdown(() => resolve());
    await within(promise, LINGER_MS, clock);
    for (const one of servers) one.forceShutdown();
  };
  return { addresses: bound, setServing, drain, [Symbol.asyncDispose]: () => drain(0) };
}

type GenerateCall = grpc.ServerWritableStream<GenerateRequest, GenerateResponse>;

/** Writes no faster than the caller reads. */
async function answer(call: GenerateCall, intake: Intake, clock: Clock): Promise<void> {
  const gone = new AbortController();
  call.on("cancelled", () => gone.abort());
  // Tells the edge that the request has arrived: if the worker crashes now, the request may be the cause.
  call.sendMetadata(new grpc.Metadata());
  using timeout = deadlineOf(call, clock);
  try {
    for await (const event of intake.generate(
      call.request,
      {},
      timeout === undefined ? gone.signal : AbortSignal.any([gone.signal, timeout.signal]),
    )) {
      const ready = call.write(create(GenerateResponseSchema, { event: encodeEvent(event) }));
      if (!ready) await once(call, "drain", { signal: gone.signal });
    }
    call.end();
  } catch (error) {
    // Without a client there is nothing to report; otherwise the engine is broken.
    if (!gone.signal.aborted) call.emit("error", error);
  }
}

function deadlineOf(call: GenerateCall, clock: Clock) {
  const leftMs = Number(call.getDeadline()) - clock.date();
  return Number.isFinite(leftMs) ? deadline(leftMs - DEADLINE_MARGIN_MS, clock) : undefined;
}
