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

type State =
  | { readonly kind: "idle" }
  /** The last forward saw these blocks, and none of them is committed. If `speculative`, the last one is ahead of decoding. */
  | {
      readonly kind: "ran";
      readonly blocks: readonly (readonly number[])[];
      readonly candidates: readonly (readonly Candidate[])[];
      readonly speculative: boolean;
    }
  /**
   * Decoding has committed tokens that no forward has seen (2.0's last step, or exhausted post steps). The forward of the
   * next block makes their K/V, so no forward runs for a commit alone.
   */
  | { readonly kind: "owes-commit"; readonly block: readonly number[] };

/** Decoding's model over a sequence's forwards, with lookahead. */
export class Lookahead implements SequenceModel {
  readonly #sequence: Pick<SequenceForwards, "prefill" | "forward" | "commit">;
  readonly #window: Pick<OpenWindow, "nextBlockQuery">;
  #state: State = { kind: "idle" };

  constructor(
    sequence: Pick<SequenceForwards, "prefill" | "forward" | "commit">,
    window: Pick<OpenWindow, "nextBlockQuery">,
  ) {
    this.#sequence = sequence;
    this.#window = window;
  }

  prefill(tokens: readonly number[], signal: AbortSignal): Promise<void> {
    return this.#sequence.prefill(tokens, signal);
  }

  async denoise(queries: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    const state = this.#state;
    if (state.kind === "ran" && state.speculative && isSame(queries, state.blocks)) {
      this.#state = { ...state, speculative: false };
      return state.candidates;
    }
    const owed = state.kind === "owes-commit" ? [{ tokens: state.block, cells: [] }] : [];
    const next = this.#window.nextBlockQuery(queries.flatMap(({ tokens }) => tokens));
    const run = next ? [...queries, next] : queries;
    const candidates = (await this.#sequence.forward([...owed, ...run])).slice(owed.length);
    if (state.kind === "owes-commit") await this.#sequence.commit(state.block);
    this.#state = { kind: "ran", blocks: run.map(({ tokens }) => tokens), candidates, speculative: next !== undefined };
    return candidates.slice(0, queries.length);
  }

  async commit(block: readonly number[]): Promise<void> {
    const state = this.#state;
    if (state.kind !== "ran" || !isSameBlock(block, state.blocks[0])) {
      this.#state = { kind: "owes-commit", block };
      return;
    }
    await this.#sequence.commit(block);
    this.#state = { ...state, blocks: state.blocks.slice(1), candidates: state.candidates.slice(1) };
  }
}

function isSame(queries: readonly BlockQuery[], blocks: readonly (readonly number[])[]): boolean {
  return queries.length === blocks.length && queries.every(({ tokens }, i) => isSameBlock(tokens, blocks[i]));
}

function isSameBlock(block: readonly number[], seen: readonly number[] | undefined): boolean {
  return seen !== undefined && block.every((token, i) => token === seen[i]);
}
