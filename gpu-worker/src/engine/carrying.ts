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

/**
 * What decoding asks of a model, in as few forwards as it takes.
 *
 * A `next` is carried by the forward of the block before it, and kept only if that block is committed as it stood. A block that
 * is committed with tokens that no forward has seen (2.0's last step, post steps that ran out) has its K/V made by the forward
 * of the block after it: no forward runs for a commit alone.
 */
export function carrying(sequence: SequenceForwards): SequenceModel {
  /** The last forward: the tokens of the block it was for, and the candidates of the one it carried. */
  let last: { readonly tokens: readonly number[]; readonly carried?: readonly Candidate[] } | undefined;
  /** The first step of the open block, where it is done already. */
  let ahead: readonly Candidate[] | undefined;
  /** A final block whose K/V are still to be made. */
  let unseen: readonly number[] | undefined;
  return {
    prefill: (tokens, signal) => sequence.prefill(tokens, signal),
    async denoise(block, next) {
      if (ahead !== undefined) {
        const found = ahead;
        ahead = last = undefined;
        return found;
      }
      const before = unseen === undefined ? [] : [{ tokens: unseen, cells: [] }];
      const candidates = await sequence.forward([...before, block, ...(next ? [next] : [])]);
      if (unseen !== undefined) await sequence.commit(unseen);
      unseen = undefined;
      const [own, carried] = candidates.slice(before.length);
      last = { tokens: block.tokens, ...(carried && { carried }) };
      return own as readonly Candidate[];
    },
    async commit(block) {
      if (!last?.tokens.every((token, i) => token === block[i])) {
        unseen = block;
        return;
      }
      await sequence.commit(block);
      ahead = last.carried;
    },
  };
}
