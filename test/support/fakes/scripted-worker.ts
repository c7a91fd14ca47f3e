/** A worker without a model: a real gRPC server whose responses a test writes. */
import { create } from "@bufbuild/protobuf";
import * as grpc from "@grpc/grpc-js";
import { type Capability, type EditEvent, encodeEvent, serviceDefinition } from "@palimpsest/proto";
import {
  type GenerateRequest,
  GenerateResponseSchema,
  GenerateService,
  GetModelResponseSchema,
} from "@palimpsest/proto/generate";
import { HealthImplementation } from "grpc-health-check";

export type Responder = (
  request: GenerateRequest,
  signal: AbortSignal,
) => Iterable<EditEvent> | AsyncIterable<EditEvent>;

export interface ScriptedWorker extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  /** Requests in order of arrival. */
  readonly requests: GenerateRequest[];
  /** Requests that were cancelled before their end. */
  readonly cancelled: GenerateRequest[];
  /** Breaks all connections immediately, like a killed process. */
  kill(): void;
  /** Sets the reported health; initially it is serving. */
  setServing(serving: boolean): void;
}

export async function openScriptedWorker(
  respond: Responder,
  { address = "127.0.0.1:0", model = "synthetic", capabilities = [] as readonly Capability[] } = {},
): Promise<ScriptedWorker> {
  const requests: GenerateRequest[] = [];
  const cancelled: GenerateRequest[] = [];
  const server = new grpc.Server();
  const health = new HealthImplementation({ "": "SERVING" });
  health.addToServer(server);
  server.addService(serviceDefinition(GenerateService), {
    getModel: (_: unknown, reply: grpc.sendUnaryData<unknown>) =>
      reply(null, create(GetModelResponseSchema, describe(model, capabilities))),
    generate: (call: grpc.ServerWritableStream<GenerateRequest, unknown>) => void answer(call),
  });

  async function answer(call: grpc.ServerWritableStream<GenerateRequest, unknown>): Promise<void> {
    const gone = new AbortController();
    call.on("cancelled", () => {
      cancelled.push(call.request);
      gone.abort();
    });
    requests.push(call.request);
    for await (const event of respond(call.request, gone.signal)) {
      if (gone.signal.aborted) return;
      const more = call.write(create(GenerateResponseSchema, { event: encodeEvent(event) }));
      if (!more) await new Promise((resolve) => call.once("drain", resolve));
    }
    call.end();
  }

  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return {
    address: `127.0.0.1:${port}`,
    requests,
    cancelled,
    kill: () => server.forceShutdown(),
    setServing: (serving) => health.setStatus("", serving ? "SERVING" : "NOT_SERVING"),
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
}

function describe(model: string, capabilities: readonly Capability[]) {
  const context = { blockLength: 32, maxContextTokens: 4096, capacity: 4 };
  return { model, created: 1_700_000_000n, chat: true, text: true, ...context, capabilities: [...capabilities] };
}
