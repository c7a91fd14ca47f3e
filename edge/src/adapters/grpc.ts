/** A worker over gRPC, direct. With grpc-health.ts, all that knows @grpc/grpc-js. */
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import {
  decodeEvent,
  type EditEvent,
  type ErrorCode,
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
import type { Log, Replica } from "../ports.ts";
import { watchHealth } from "./grpc-health.ts";

export interface GrpcReplica extends Replica, Disposable {}

export interface GrpcOptions {
  readonly log: Log;
  /** The longest a response may take. */
  readonly deadlineMs: number;
}

/** How often the model is asked for again: a worker may come back with another one. */
const REFRESH_MS = 30_000;
/** How soon a worker that answers nothing useful is asked again. */
const RETRY_MS = 1_000;
/** A worker may be too busy to answer at once, and is no less ready for that. */
const MODEL_TIMEOUT_MS = 10_000;

const channelOptions: grpc.ChannelOptions = {
  // Workers are addressed directly: a proxy set for the outside world is not for them.
  "grpc.enable_http_proxy": 0,
  // A worker that restarts is found again within a second or two; the default backs off to two minutes.
  "grpc.initial_reconnect_backoff_ms": 200,
  "grpc.max_reconnect_backoff_ms": 2_000,
  // A peer that vanished without a word is noticed in 30 s.
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
};

const methods = serviceDefinition(GenerateService);

/** @param address `host:port` or `unix:path`. Connects in the background, and again whenever the connection is lost. */
export function openGrpcReplica(address: string, { log, deadlineMs }: GrpcOptions): GrpcReplica {
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), channelOptions);
  const channel = client.getChannel();
  let model: ModelInfo | undefined;
  let ready = false;
  let closed = false;
  let serving = false;
  const health = watchHealth(client, (now) => {
    if (now !== serving) log.info({ worker: address }, now ? "worker is serving" : "worker takes no requests");
    serving = now;
  });

  async function watch(): Promise<void> {
    while (!closed) {
      const state = channel.getConnectivityState(true);
      const learned = state === grpc.connectivityState.READY ? await learn() : undefined;
      if (closed) return;
      if ((learned !== undefined) !== ready)
        log.info({ worker: address, model: learned?.name }, learned ? "worker is ready" : "worker is away");
      model = learned ?? model;
      ready = learned !== undefined;
      await stateChange(channel, state, ready ? REFRESH_MS : RETRY_MS);
    }
  }

  async function learn(): Promise<ModelInfo | undefined> {
    try {
      return decodeModel(await getModel(client));
    } catch (error) {
      log.warn({ worker: address, err: error }, "worker does not say what it serves");
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
    generate: (request, signal) => generate(client, request, deadlineMs, signal),
    [Symbol.dispose]() {
      closed = true;
      health[Symbol.dispose]();
      client.close();
    },
  };
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

/** Reads at the pace of its consumer: grpc-js asks the worker's connection for more only as the stream is read. */
async function* generate(
  client: grpc.Client,
  request: GenerateRequest,
  deadlineMs: number,
  signal: AbortSignal,
): AsyncGenerator<EditEvent, void> {
  const { path, requestSerialize, responseDeserialize } = methods.generate;
  const position = { v: 1 as const, response_id: request.responseId, attempt: request.attempt, seq: 0 };
  const failed = (code: ErrorCode, message: string): EditEvent => ({
    ...{ ...position, seq: position.seq + 1, type: "error" },
    ...failureOf(code, message),
  });
  if (signal.aborted) return yield failed("cancelled", CANCELLED);

  const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, encodeRequest(request), {
    deadline: Date.now() + deadlineMs,
  });
  // A status that comes after the last read has no reader: without a listener it would end the process.
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
    yield failed("internal", "The worker ended the response without saying how.");
  } catch (error) {
    yield signal.aborted ? failed("cancelled", CANCELLED) : failed(...lossOf(error, deadlineMs));
  } finally {
    signal.removeEventListener("abort", cancel);
    call.cancel();
  }
}

const CANCELLED = "The request was cancelled.";

/** By the contract a worker reports what is wrong with a request as an event: any other status means that it was lost. */
function lossOf(error: unknown, deadlineMs: number): [ErrorCode, string] {
  const status = (error as Partial<grpc.ServiceError>).code;
  if (status === undefined) return ["internal", `The worker sent what cannot be read: ${(error as Error).message}.`];
  if (status === grpc.status.DEADLINE_EXCEEDED) {
    return ["deadline_exceeded", `The response took longer than ${deadlineMs / 1000} s.`];
  }
  return ["unavailable", "The worker was lost; send the request again."];
}
