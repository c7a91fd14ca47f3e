/** What a worker asks of its engine. The implementation runs in a thread of its own; this is what stands on both sides. */
import type { EditEvent, Failure, GenerateRequest, ModelInfo } from "@palimpsest/proto";

/** Counters since start, and what is held now. */
export interface EngineStats {
  readonly runningSequences: number;
  readonly waitingSequences: number;
  /** Pages of the K/V cache that live sequences hold. */
  readonly pagesInUse: number;
  /** Pages that hold blocks of earlier sequences, for whoever begins alike; free to those who need them. */
  readonly pagesCached: number;
  readonly pagesTotal: number;
  /** Times that a sequence gave its pages to an older one, to be taken up again at its last commit. */
  readonly preemptions: number;
  readonly forwards: number;
  readonly prefillForwards: number;
  readonly committedTokens: number;
  /** Prompt tokens that did not have to be prefilled. */
  readonly cachedTokens: number;
  /** Prompt tokens that had to be, though their text was cached: its ids were others, as a chat's next turn may have them. */
  readonly retokenizedTokens: number;
  /** Ranks that do not answer now: until they are back, every sequence fails. */
  readonly lostRanks: readonly number[];
}

export interface Engine extends AsyncDisposable {
  readonly model: ModelInfo;
  /**
   * Streams a response's edit events, `open` first, `end` or `error` last. It never throws for what is wrong with a
   * request or its computation: that is the `error` event. Aborting the signal stops the computation within one denoise
   * step and ends the stream with `error` code `cancelled`.
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<EditEvent>;
  stats(): Promise<EngineStats>;
}

/** An engine that can be one of a pool, which chooses the engine of a request by its cached prefix. */
export interface PoolableEngine extends Engine {
  /** Checks a request as `generate` does, and tokenizes its prompt. */
  checkPrompt(request: GenerateRequest): Promise<CheckedPrompt>;
  /** How many of these blocks, from the first, the prefix cache has. */
  cachedBlocks(keys: readonly string[]): Promise<number>;
}

/** The prompt of a valid request in tokens, or the event that ends the response to an invalid one. */
export type CheckedPrompt = { readonly tokens: readonly number[] } | { readonly rejection: FailureEvent };

/** The last event of a response that failed, without its head. */
export type FailureEvent = Failure & { readonly type: "error" };
