/** A sequence's forwards: what decoding asks for, block by block, and what a model answers. */
import type { Sampling } from "@palimpsest/proto";
import type { Candidate } from "./block.ts";

/** Draws a token at a cell: the one at `uniform` in the cumulative distribution. */
export interface Draw extends Omit<Sampling, "seed"> {
  /** In the block; for the head, the index among its rows. */
  readonly cell: number;
  /** In [0, 1). */
  readonly uniform: number;
}

/** Moves the logit of a token at a cell before any token is chosen; minus infinity forbids it. */
export interface LogitAdjustment {
  /** In the block; for the head, the index among its rows. */
  readonly cell: number;
  readonly token: number;
  readonly by: number;
}

/** A block in a forward, and its cells that need a candidate. */
export interface BlockQuery {
  readonly tokens: readonly number[];
  /** Cells to answer. A cell that cannot change is left out, which saves the head a row. */
  readonly cells: readonly number[];
  /** At some of `cells`. */
  readonly draws?: readonly Draw[];
  /** At some of `cells`; at most one for a token at a cell. */
  readonly adjustments?: readonly LogitAdjustment[];
  /** The most probable tokens of every asked cell are wanted as well: `Candidate.best`. */
  readonly best?: true;
  /** The only tokens that one of `cells` may take, one bit each, 32 to a word: all others have no probability there. */
  readonly allowed?: { readonly cell: number; readonly bits: Int32Array };
}

/** Probability of a token at its cell, by the full softmax: no bias, penalty or temperature has moved it. */
export interface TokenScore {
  /** Natural logarithm of the probability. */
  readonly logprob: number;
  /** The most probable tokens at the cell, in order. */
  readonly best: readonly { readonly token: number; readonly logprob: number }[];
}

/**
 * A sequence on a model, which claims memory of it until it is disposed of. Positions are implied: prefilled and committed
 * blocks come first.
 */
export interface SequenceForwards extends Disposable {
  /** Its forwards by kind: those that denoise, and so use the head, and those of the prompt. */
  readonly counts: { readonly forwards: number; readonly prefillForwards: number };
  /** Leaves out the next `blocks` blocks: their K/V are in their pages already. */
  skip(blocks: number): void;
  /** Runs full blocks of the prompt in one forward; their K/V join the cache. */
  prefill(tokens: readonly number[], signal: AbortSignal): Promise<void>;
  /**
   * Runs open blocks, which follow each other, in one forward over the cache.
   * @returns for each block a candidate per cell it asks about, in order: never the mask token, drawn where `draws` asks
   */
  forward(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]>;
  /**
   * Scores a token at each of `cells` of the first block of the last forward that is not committed, and the `best` most
   * probable tokens there. Runs the head alone.
   */
  score(cells: readonly number[], tokens: readonly number[], best: number): Promise<readonly TokenScore[]>;
  /** Makes the first open block of the last forward final, which saw exactly these tokens: its K/V join the cache. */
  commit(block: readonly number[]): Promise<void>;
}

/** A model's forwards as a watchdog sees them. */
export interface ForwardHealth {
  /** Milliseconds since the running forward began; 0 between forwards. */
  readonly runningMs: number;
  /** A forward that runs for longer hangs. */
  readonly limitMs: number;
  /** Why every forward fails, until a probe succeeds. */
  readonly failure: string | undefined;
}
