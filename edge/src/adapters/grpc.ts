/** A replica behind a direct gRPC connection to its worker. */
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import {
  decodeEvent,
  type EditEvent,
  type ErrorCode,
  errorEvent,
  failureOf,
  type GenerateRequest,
  type ModelInfo,
  serviceDefinition,
} from "@palimpsest/proto";
import {
  type GenerateResponse,
  GenerateService,
  GetModelRequestSchema,
  type GetModelResponse,
} from "@palimpsest/proto/generate";
import { decodeModel, encodeRequest } from "@palimpsest/proto/request-codec";
import type { Tls } from "@palimpsest/proto/tls-files";
import type { Log, Replica, ReplicaEvent } from "../ports.ts";
import { watchHealth } from "./grpc-health.ts";
import { CANCELLED, Multiplex, TOO_LATE } from "./grpc-multiplex.ts";

export interface GrpcReplica extends Replica, Disposable {}

export interface GrpcOptions {
  readonly log: Log;
  /** For workers that ask for a certificate. Unix sockets do not use it. */
  readonly tls?: Tls | undefined;
}

/** Interval at which the model is read again: a worker may restart with another one. */
const REFRESH_MS = 30_000;
/** Delay before the model is read again after a failure. */
const RETRY_MS = 1_000;
/** A busy worker may respond late, and is still ready. */
const MODEL_TIMEOUT_MS = 10_000;

const channelOptions: grpc.ChannelOptions = {
  // Workers are reached directly, without the proxy that the environment may set.
  "grpc.enable_http_proxy": 0,
  // It would keep copies of what a stream has sent. Placement tries another worker instead.
  "grpc.enable_retries": 0,
  // Reconnects to a restarted worker within a second or two; the default backs off to two minutes.
  "grpc.initial_reconnect_backoff_ms": 200,
  "grpc.max_reconnect_backoff_ms": 2_000,
  // Room for a message's events with the most log-probabilities.
  "grpc.max_receive_message_length": 64 * 2 ** 20,
  // Detects a silently broken connection within 30 s.
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
};

const methods = serviceDefinition(GenerateService);

/** Connects in the background, and reconnects. @param address `host:port` or `unix:path` */
export function openGrpcReplica(address: string, { log, tls }: GrpcOptions): GrpcReplica {
  const client = new grpc.Client(address, credentialsOf(address, tls), channelOptions);
  const channel = client.getChannel();
  let model: ModelInfo | undefined;
  let ready = false;
  let closed = false;
  let serving = false;
  let multiplexes = false;
  const multiplex = new Multiplex(() => openMultiplex(client));
  const health = watchHealth(client, (now) => {
    if (now !== serving) log.info({ worker: address }, now ? "worker started serving" : "worker stopped serving");
    serving = now;
  });

  async function watch(): Promise<void> {
    while (!closed) {
      const state = channel.getConnectivityState(true);
      const current = state === grpc.connectivityState.READY ? await readModel() : undefined;
      if (closed) return;
      if ((current !== undefined) !== ready)
        log.info({ worker: address, model: current?.name }, current ? "connected to the worker" : "lost the worker");
      model = current ?? model;
      ready = current !== undefined;
      await stateChange(channel, state, ready ? REFRESH_MS : RETRY_MS);
    }
  }

  async function readModel(): Promise<ModelInfo | undefined> {
    try {
      const answer = await getModel(client);
      multiplexes = answer.multiplex;
      return decodeModel(answer);
    } catch (error) {
      log.warn({ worker: address, err: error }, "failed to read the worker's model");
      return undefined;
    }
  }

  void watch();
  return {
    replicaId: address,
    get model() {
      return model;
    },
    get ready() {
      return ready && serving;
    },
    // A worker of an earlier release has a call for each response, and no more.
    generate: (request, deadlineMs, signal) =>
      multiplexes ? multiplex.generate(request, deadlineMs, signal) : generate(client, request, deadlineMs, signal),
    [Symbol.dispose]() {
      closed = true;
      multiplex[Symbol.dispose]();
      health[Symbol.dispose]();
      client.close();
    },
  };
}

function credentialsOf(address: string, tls: Tls | undefined): grpc.ChannelCredentials {
  if (tls === undefined || address.startsWith("unix:")) return grpc.credentials.createInsecure();
  return grpc.credentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert));
}

type Channel = ReturnType<grpc.Client["getChannel"]>;

/** Resolves when the channel leaves the state, or after `timeoutMs`. */
function stateChange(channel: Channel, state: grpc.connectivityState, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => channel.watchConnectivityState(state, Date.now() + timeoutMs, () => resolve()));
}

function getModel(client: grpc.Client): Promise<GetModelResponse> {
  const { path, requestSerialize, responseDeserialize } = methods.getModel;
  const { promise, resolve, reject } = Promise.withResolvers<GetModelResponse>();
  const deadline = Date.now() + MODEL_TIMEOUT_MS;
  const request = create(GetModelRequestSchema);
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, { deadline }, (error, response) =>
    error ? reject(error) : resolve(response!),
  );
  return promise;
}

function openMultiplex(client: grpc.Client) {
  const { path, requestSerialize, responseDeserialize } = methods.multiplex;
  return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
}

/**
 * Events at the reader's pace: grpc-js requests more from the worker only as the stream is read. A worker reports request
 * errors as events, so that any gRPC status but its deadline means that the worker was lost.
 */
async function* generate(
  client: grpc.Client,
  request: GenerateRequest,
  deadlineMs: number,
  signal: AbortSignal,
): AsyncGenerator<ReplicaEvent, void> {
  const { path, requestSerialize, responseDeserialize } = methods.generate;
  const position = { response_id: request.responseId, attempt: request.attempt, seq: 0 };
  const failed = (code: ErrorCode, message: string): EditEvent =>
    errorEvent({ ...position, seq: position.seq + 1 }, failureOf(code, message));
  if (signal.aborted) return yield failed("cancelled", CANCELLED);

  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, encodeRequest(request), {
    deadline: deadlineMs,
  });
  let arrived = false;
  // A worker sends metadata as soon as it has the request.
  call.on("metadata", () => {
    arrived = true;
  });
  // Without a listener, a status that arrives after the last read would end the process.
  call.on("error", () => {});
  const cancel = () => call.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    for await (const response of call as AsyncIterable<GenerateResponse>) {
      const event = decodeEvent(response.event!);
      position.attempt = event.attempt;
      position.seq = event.seq;
      yield event;
      if (event.type === "end" || event.type === "error") return;
    }
    yield failed("internal", "The worker ended the response without its last event.");
  } catch (error) {
    const status = (error as Partial<grpc.ServiceError>).code;
    if (signal.aborted) yield failed("cancelled", CANCELLED);
    else if (status === grpc.status.DEADLINE_EXCEEDED) yield failed("deadline_exceeded", TOO_LATE);
    else if (status !== undefined) yield { type: "lost", crashed: arrived };
    else yield failed("internal", `The worker sent an unreadable event: ${(error as Error).message}.`);
  } finally {
    signal.removeEventListener("abort", cancel);
    call.cancel();
  }
}
