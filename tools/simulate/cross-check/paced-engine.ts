/** An engine without a model: its forwards take a given time and no processor. The prompt is the number of blocks to commit. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Engine, EngineStats } from "@palimpsest/gpu-worker/engine/engine";
import { CAPABILITIES, type EditEvent, type GenerateRequest, type ModelInfo } from "@palimpsest/proto";
import { forwardTimeMs, type Pace } from "../engine-model.ts";

export const PACED_MODEL = "paced";

/** A forward that follows another within this time began when that ended: the timer was late. */
const LATENESS_MS = 50;

interface Sequence {
  /** Forwards until its next commit. */
  left: number;
  readonly committed: () => void;
}

export class PacedEngine implements Engine {
  readonly model: ModelInfo;
  readonly #pace: Pace;
  readonly #sequences = new Set<Sequence>();
  #running = 0;
  #isRunning = false;
  #forwardEndMs = 0;

  constructor(pace: Pace, capacity: number) {
    const limits = { blockLength: 32, maxContextTokens: 4_096, capacity };
    this.model = {
      name: PACED_MODEL,
      created: 1_764_000_000,
      chat: true,
      text: true,
      ...limits,
      capabilities: CAPABILITIES,
    };
    this.#pace = pace;
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    const { responseId: response_id, attempt, choices, committed, prompt } = request;
    let seq = 0;
    const head = () => ({ v: 1, response_id, attempt, seq: seq++ }) as const;
    const decoding = { rule: "2.0", threshold: 0.95 } as const;
    const blocks = prompt.kind === "chat" ? Number(prompt.messages[0]?.content) : 1;
    this.#running++;
    try {
      const counts = { choices, prompt_tokens: 1, cached_tokens: 0 };
      yield { ...head(), type: "open", model: PACED_MODEL, block_length: 32, decoding, ...counts };
      for (let block = committed[0]?.tokens.length ?? 0; block < blocks; block++) {
        await this.#forwards(this.#pace.forwardsPerBlock);
        if (signal.aborted) return;
        const last = block === blocks - 1 && ({ finish_reason: "stop" } as const);
        const text = { text: "x", start: block, length: 1, token_ids: [block] };
        yield { ...head(), type: "commit", choice: 0, block, ...text, ...last };
      }
      yield { ...head(), type: "done", choice: 0, finish_reason: "stop" };
      const edits = { unmask: blocks, substitute: 0, delete: 0, insert: 0 };
      const usage = { prompt_tokens: 1, cached_tokens: 0, completion_tokens: blocks, forwards: blocks, edits };
      yield { ...head(), type: "end", usage: { ...usage, prefill_forwards: 0 } };
    } finally {
      this.#running--;
    }
  }

  stats(): Promise<EngineStats> {
    return Promise.reject(new Error("a paced engine counts nothing"));
  }

  observe(): void {}

  async probe(): Promise<undefined> {}

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Resolves after so many forwards of the engine. */
  #forwards(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sequences.add({ left: count, committed: resolve });
    if (!this.#isRunning) void this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#sequences.size > 0) {
      const nowMs = performance.now();
      const begunMs = nowMs - this.#forwardEndMs < LATENESS_MS ? this.#forwardEndMs : nowMs;
      this.#forwardEndMs = begunMs + forwardTimeMs(this.#pace, this.#running);
      await sleep(Math.max(0, this.#forwardEndMs - performance.now()));
      for (const sequence of this.#sequences) {
        if (--sequence.left > 0) continue;
        this.#sequences.delete(sequence);
        sequence.committed();
      }
      // The committed sequences ask for their next forwards.
      await sleep(0);
    }
    this.#isRunning = false;
  }
}
