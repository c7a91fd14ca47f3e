/** A worker reached over gRPC, with the interface of an engine: tests can use either. */
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import {
  decodeEvent,
  type EditEvent,
  type ErrorCode,
  type GenerateRequest,
  type ModelInfo,
  serviceDefinition,
} from "@palimpsest/proto";
import { GenerateService, GetModelRequestSchema, type GetModelResponse } from "@palimpsest/proto/generate";
import { decodeModel, encodeRequest } from "@palimpsest/proto/request-codec";
import type { Engine } from "../../../gpu-worker/src/engine/engine.ts";
import { WorkerError } from "../../../gpu-worker/src/errors.ts";

/**
 * A draft contains a block's text and a step's edits, a commit the block's tokens: kilobytes, unless there is a fault.
 */
const MAX_EVENT_BYTES = 2 ** 20;

const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": MAX_EVENT_BYTES,
  // Workers are addressed directly, never through a proxy.
  "grpc.enable_http_proxy": 0,
};

/** A listening worker answers immediately. */
const OPEN_TIMEOUT_MS = 10_000;

export interface RemoteEngine extends Pick<Engine, "model" | "generate">, Disposable {}

/** @param address `host:port`, or `unix:` and a path @throws WorkerError `unavailable` if it is unreachable */
export async function openRemoteEngine(address: string): Promise<RemoteEngine> {
  const client = new grpc.Client(address, grpc.credentials.createInsecure(), channelOptions);
  let model: ModelInfo;
  try {
    model = decodeModel(await getModel(client));
  } catch (cause) {
    client.close();
    throw new WorkerError("unavailable", `no worker at ${address}: ${(cause as Error).message}`, { cause });
  }
  return {
    model,
    generate: (request, signal) => generate(client, model.name, request, signal),
    [Symbol.dispose]: () => client.close(),
  };
}

const methods = serviceDefinition(GenerateService);

function getModel(client: grpc.Client): Promise<GetModelResponse> {
  const { path, requestSerialize, responseDeserialize } = methods.getModel;
  const { promise, resolve, reject } = Promise.withResolvers<GetModelResponse>();
  const options = { deadline: Date.now() + OPEN_TIMEOUT_MS };
  const request = create(GetModelRequestSchema);
  client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, options, (error, response) => {
    if (error) reject(error);
    else resolve(response!);
  });
  return promise;
}

async function* generate(
  client: grpc.Client,
  model: string,
  request: GenerateRequest,
  signal: AbortSignal,
): AsyncGenerator<EditEvent, void, void> {
  const { path, requestSerialize, responseDeserialize } = methods.generate;
  const call = client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    encodeRequest({ ...request, model }),
  );
  // The status of a stream that is no longer read: without a listener the error would end the process.
  call.on("error", () => {});
  const cancel = () => call.cancel();
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  let seq = 0;
  try {
    for await (const { event } of call) {
      const decoded = decodeEvent(event!);
      seq = decoded.seq + 1;
      yield decoded;
      if (decoded.type === "end" || decoded.type === "error") return;
    }
    throw new Error("the stream ended without a last event");
  } catch (cause) {
    const head = { v: 1, response_id: request.responseId, attempt: request.attempt, seq } as const;
    yield { ...head, type: "error", ...failure(cause as Error, signal) };
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

/** The error for a broken stream. */
function failure(cause: Error, signal: AbortSignal): { code: ErrorCode; message: string; retryable: boolean } {
  if (signal.aborted) {
    const late = signal.reason instanceof DOMException && signal.reason.name === "TimeoutError";
    if (late) return { code: "deadline_exceeded", message: "the deadline has passed", retryable: true };
    return { code: "cancelled", message: "the request was cancelled", retryable: false };
  }
  if ((cause as Partial<grpc.ServiceError>).code === grpc.status.RESOURCE_EXHAUSTED) {
    return { code: "invalid_request", message: `the request is too large: ${cause.message}`, retryable: false };
  }
  return { code: "unavailable", message: `the worker was lost: ${cause.message}`, retryable: true };
}
