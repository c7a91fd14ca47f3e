/**
 * Speculation of one step ahead: runs the next block's first step in the same forward as a block that may be final, and defers
 * a commit to the next forward. It makes fewer forwards for the same tokens.
 *
 * Under the block-causal mask a block sees nothing after it, so its candidates are the same with and without the next block.
 * The next block sees its predecessor as that forward does, so its first step is valid if the predecessor does not change.
 */
import type { Candidate } from "./block.ts";
import type { SequenceModel } from "./decode.ts";
import type { BlockQuery, SequenceForwards } from "./forwards.ts";
import type { OpenWindow } from "./open-window.ts";

/** The window, or what a grammar makes of it: knows the next block's first step. */
interface Ahead {
  nextBlockQuery(cells: readonly number[]): ReturnType<OpenWindow["nextBlockQuery"]> | Promise<BlockQuery | undefined>;
}

/** Decoding's model over a sequence's forwards, with lookahead. */
export class Lookahead implements SequenceModel {
  readonly #sequence: Pick<SequenceForwards, "prefill" | "forward" | "commit">;
  readonly #window: Ahead;
  /** Blocks of the last forward that are not committed. If `speculative`, the last of them is ahead of decoding. */
  #ran: {
    readonly blocks: readonly (readonly number[])[];
    readonly candidates: readonly (readonly Candidate[])[];
    readonly speculative: boolean;
  } = { blocks: [], candidates: [], speculative: false };
  /**
   * A committed block whose final tokens no forward has seen (2.0's last step, or exhausted post steps). The forward of the
   * next block makes its K/V, so no forward runs for a commit alone.
   */
  #owed: readonly number[] | undefined;

  constructor(sequence: Pick<SequenceForwards, "prefill" | "forward" | "commit">, window: Ahead) {
    this.#sequence = sequence;
    this.#window = window;
  }

  prefill(tokens: readonly number[], signal: AbortSignal): Promise<void> {
    return this.#sequence.prefill(tokens, signal);
  }

  async denoise(queries: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    if (this.#ran.speculative && isSame(queries, this.#ran.blocks)) {
      this.#ran = { ...this.#ran, speculative: false };
      return this.#ran.candidates;
    }
    const owed = this.#owed ? [{ tokens: this.#owed, cells: [] }] : [];
    const next = await this.#window.nextBlockQuery(queries.flatMap(({ tokens }) => tokens));
    const run = next ? [...queries, next] : queries;
    const candidates = (await this.#sequence.forward([...owed, ...run])).slice(owed.length);
    if (this.#owed) await this.#sequence.commit(this.#owed);
    this.#owed = undefined;
    this.#ran = { blocks: run.map(({ tokens }) => tokens), candidates, speculative: next !== undefined };
    return candidates.slice(0, queries.length);
  }

  async commit(block: readonly number[]): Promise<void> {
    const { blocks, candidates, speculative } = this.#ran;
    if (!isSameBlock(block, blocks[0])) {
      this.#owed = block;
      this.#ran = { blocks: [], candidates: [], speculative: false };
      return;
    }
    await this.#sequence.commit(block);
    this.#ran = { blocks: blocks.slice(1), candidates: candidates.slice(1), speculative };
  }
}

function isSame(queries: readonly BlockQuery[], blocks: readonly (readonly number[])[]): boolean {
  return queries.length === blocks.length && queries.every(({ tokens }, i) => isSameBlock(tokens, blocks[i]));
}

function isSameBlock(block: readonly number[], seen: readonly number[] | undefined): boolean {
  return seen !== undefined && block.every((token, i) => token === seen[i]);
}
