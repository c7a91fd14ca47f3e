/**
 * Fewer forwards for the same tokens: a forward over two blocks that follow each other, the finished one and the next one's
 * first step. Under the block-causal mask a block sees nothing after it, so what it gets is the same with and without the other;
 * the next block sees its predecessor as the forward sees it, so its first step holds when that one is final as it stood.
 * It knows no rules of decoding, no tensors and no text.
 */
import type { AskedBlock, Candidate, SequenceModel } from "./decode.ts";

/** A sequence's forwards. Positions are implied: what was prefilled and committed comes first. */
export interface SequenceForwards {
  /** Runs full blocks of the prompt in one forward; their K/V join the cache. */
  prefill(tokens: readonly number[], signal: AbortSignal): Promise<void>;
  /** One forward of open blocks that follow each other. The candidates that each asks for. */
  forward(blocks: readonly AskedBlock[]): Promise<readonly (readonly Candidate[])[]>;
  /** The first open block of the last forward, which saw exactly these tokens, is final: its K/V join the cache. */
  commit(block: readonly number[]): Promise<void>;
}

interface LastForward {
  readonly seen: readonly (readonly number[])[];
  readonly found: readonly (readonly Candidate[])[];
  readonly carried: boolean;
}

/**
 * What decoding asks of a model, in as few forwards as it takes.
 *
 * A `next` is carried by the forward of the blocks before it, and kept only if those stay as they stood. A block that is
 * committed with tokens that no forward has seen (2.0's last step, post steps that ran out) has its K/V made by the forward
 * of the blocks after it: no forward runs for a commit alone.
 */
export function carrying(sequence: SequenceForwards): SequenceModel {
  /** The blocks of the last forward that are not committed, what it found for each, and whether the last of them was carried. */
  let last: LastForward | undefined;
  /** A final block whose K/V are still to be made. */
  let unseen: readonly number[] | undefined;
  return {
    prefill: (tokens, signal) => sequence.prefill(tokens, signal),
    async denoise(blocks, next) {
      if (last?.carried && isOf(blocks, last.seen)) {
        last = { ...last, carried: false };
        return last.found;
      }
      const before = unseen === undefined ? [] : [{ tokens: unseen, cells: [] }];
      const asked = [...blocks, ...(next ? [next] : [])];
      const found = (await sequence.forward([...before, ...asked])).slice(before.length);
      if (unseen !== undefined) await sequence.commit(unseen);
      unseen = undefined;
      last = { seen: asked.map(({ tokens }) => tokens), found, carried: next !== undefined };
      return found.slice(0, blocks.length);
    },
    async commit(block) {
      if (!same(block, last?.seen[0])) {
        unseen = block;
        last = undefined;
        return;
      }
      await sequence.commit(block);
      last = last && { ...last, seen: last.seen.slice(1), found: last.found.slice(1) };
    },
  };
}

function isOf(blocks: readonly AskedBlock[], seen: readonly (readonly number[])[]): boolean {
  return blocks.length === seen.length && blocks.every(({ tokens }, i) => same(tokens, seen[i]));
}

function same(block: readonly number[], seen: readonly number[] | undefined): boolean {
  return seen !== undefined && block.every((token, i) => token === seen[i]);
}
