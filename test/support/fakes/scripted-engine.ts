/** An engine for tests that sends scripted events at a scripted pace. */
import { CAPABILITIES, type EditEvent, type GenerateRequest, type ModelInfo } from "@palimpsest/proto";
import type { Engine, EngineStats } from "../../../gpu-worker/src/engine/engine.ts";

const model: ModelInfo = {
  name: "scripted",
  created: 1_764_000_000,
  blockLength: 32,
  maxContextTokens: 4096,
  chat: true,
  text: true,
  capacity: 4,
  capabilities: CAPABILITIES,
};

/** A valid request. */
export const request: GenerateRequest = {
  responseId: "r1",
  attempt: 1,
  model: "scripted",
  prompt: { kind: "text", text: "hi" },
  decoding: {},
  choices: 1,
  stop: [],
  ignoreEos: false,
  drafts: true,
  committed: [],
};

export type Script = (signal: AbortSignal, request: GenerateRequest) => AsyncIterable<EditEvent>;

/** Runs a script for each request; an abort ends it as in a real engine. */
export class ScriptedEngine implements Engine {
  readonly model: ModelInfo;
  readonly requests: GenerateRequest[] = [];
  readonly signals: AbortSignal[] = [];
  /** Requests whose iteration has ended, for any reason. */
  ended = 0;
  readonly #script: Script;

  /** @param capabilities none: a worker of the previous release, which states none */
  constructor(script: Script, capabilities: readonly string[] = CAPABILITIES) {
    this.#script = script;
    this.model = { ...model, capabilities };
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    this.requests.push(request);
    this.signals.push(signal);
    let seq = 0;
    try {
      for await (const event of this.#script(signal, request)) {
        if (signal.aborted) break;
        seq = event.seq + 1;
        yield event;
      }
      if (!signal.aborted) return;
      const code = signal.reason?.name === "TimeoutError" ? "deadline_exceeded" : "cancelled";
      const head = { v: 1, response_id: request.responseId, attempt: request.attempt, seq } as const;
      yield { ...head, type: "error", code, message: code, retryable: false };
    } finally {
      this.ended++;
    }
  }

  stats(): Promise<EngineStats> {
    throw new Error("not scripted");
  }

  observe(): void {}

  probe(): Promise<undefined> {
    throw new Error("not scripted");
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
