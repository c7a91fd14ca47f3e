/** The engine as the rest of the worker sees it. It runs in a thread of its own; both sides share these types. */
import type { EditEvent, Failure, GenerateRequest, ModelInfo } from "@palimpsest/proto";
import type { RankWait, SequenceObserver } from "./sequence-reports.ts";

/** Counters since the start, and gauges. */
export interface EngineStats {
  readonly runningSequences: number;
  readonly waitingSequences: number;
  /** Pages of the K/V cache that live sequences reference. */
  readonly pagesInUse: number;
  /** Pages that only the prefix cache references; they are evicted when a sequence needs one. */
  readonly pagesCached: number;
  readonly pagesTotal: number;
  /** Preemptions: a sequence gave its pages to an older one, and resumes from its last commit. */
  readonly preemptions: number;
  readonly forwards: number;
  readonly prefillForwards: number;
  readonly committedTokens: number;
  readonly committedBlocks: number;
  /** Milliseconds from the first denoise step of committed blocks to their commit. */
  readonly draftToCommitMs: number;
  /** For each other rank: how long forwards have waited for its answers. */
  readonly rankWaits: readonly RankWait[];
  /** Prompt tokens found in the prefix cache. */
  readonly cachedTokens: number;
  /** Prompt tokens prefilled again because the cached text was tokenized differently, as after a chat turn. */
  readonly retokenizedTokens: number;
  /** Cells that grammars refused and that were written or masked again, cells that they forced, and answers that they closed. */
  readonly grammarRepairs: number;
  readonly grammarForcedTokens: number;
  readonly grammarForcedFinishes: number;
  /** Unreachable ranks: until they are back, every sequence fails. */
  readonly lostRanks: readonly number[];
  /** Why a device failed. Its K/V are lost, so every sequence fails until the worker is started again. */
  readonly deviceFailure?: string;
  /** Milliseconds since the running forward began; 0 between forwards. */
  readonly forwardMs: number;
  /** A forward that runs for longer hangs, and so does a thread that does not answer for longer. */
  readonly forwardLimitMs: number;
  /** Milliseconds for which the engine's thread has not answered; 0 if it answers. */
  readonly silentMs: number;
  /** Why every forward fails: sequences fail until a probe succeeds. */
  readonly forwardFailure?: string;
}

export interface Engine extends AsyncDisposable {
  readonly model: ModelInfo;
  /**
   * Streams a response's edit events, `open` first, `end` or `error` last. An invalid request and a failed computation are
   * `error` events, never exceptions. Aborting the signal stops the computation within one denoise step and ends the stream
   * with `error` code `cancelled`.
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<EditEvent>;
  stats(): Promise<EngineStats>;
  /** Calls `observer` with every prefill and block from now on. */
  observe(observer: SequenceObserver): void;
  /** Runs a forward for no request. Resolves with the reason if it failed. */
  probe(): Promise<string | undefined>;
}

/** An engine that can be one of a pool, which chooses the engine of a request by its cached prefix. */
export interface PoolableEngine extends Engine {
  /** Checks a request as `generate` does, and tokenizes its prompt. */
  checkPrompt(request: GenerateRequest): Promise<CheckedPrompt>;
  /** Number of these blocks, from the first, in the prefix cache. */
  cachedBlocks(keys: readonly string[]): Promise<number>;
}

/** The prompt of a valid request in tokens, or the event that ends the response to an invalid one. */
export type CheckedPrompt = { readonly tokens: readonly number[] } | { readonly rejection: FailureEvent };

/** The last event of a failed response, without its id and order. */
export type FailureEvent = Failure & { readonly type: "error" };
