/** A sequence's forwards over pages: prefilled in chunks, from the first block that nobody has made yet; a page for each commit. */
import type { SequenceForwards } from "../decoding/lookahead.ts";
import type { Admission } from "./admission.ts";
import { PREFILL_BLOCKS } from "./prefill-budget.ts";
import { blockKeys } from "./prefix-cache.ts";
import type { Scheduler } from "./scheduler.ts";

/** Forwards whose keys and values go to the pages of an admission. */
export interface PagedForwards extends SequenceForwards {
  /** The next blocks have their keys and values in their pages already. */
  skip(blocks: number): void;
}

export interface PagingOptions {
  readonly admission: Pick<Admission, "cachedBlocks" | "match" | "offer" | "grow">;
  readonly prefills: Scheduler["prefills"];
  readonly blockLength: number;
  /** What `blockKeys` is given. Absent: nothing is shared. */
  readonly scope?: string;
  /** Is told when the prompt's full blocks are there, and how many of them others had made. */
  prefilled(found: number): void;
  /** Aborts when the sequence is preempted, too. */
  readonly signal: AbortSignal;
}

/**
 * `sequence` as one that is prefilled with the whole prompt. Every block whose keys and values come of its final tokens is
 * offered as soon as they are there: the prompt's full ones chunk by chunk and the committed ones, never an open one.
 */
export function paged(sequence: PagedForwards, options: PagingOptions): SequenceForwards {
  const { admission, prefills, blockLength, scope, signal } = options;
  const keysOf = (tokens: readonly number[]) => (scope === undefined ? [] : blockKeys(tokens, blockLength, scope));
  return {
    async prefill(tokens) {
      const blocks = tokens.length / blockLength;
      const keys = keysOf(tokens);
      let found = admission.cachedBlocks;
      sequence.skip(found);
      for (let done = found; done < blocks; ) {
        const end = Math.min(done + PREFILL_BLOCKS, blocks);
        using _turn = await prefills.take({ blocks: end - done, key: keys[done] }, signal);
        const more = admission.match(keys.slice(done));
        if (more > 0) {
          sequence.skip(more);
          found += more;
          done += more;
          continue;
        }
        await sequence.prefill(tokens.slice(done * blockLength, end * blockLength), signal);
        for (const key of keys.slice(done, end)) admission.offer(key);
        done = end;
      }
      options.prefilled(found);
    },
    forward: (blocks) => sequence.forward(blocks),
    async commit(block) {
      await admission.grow(signal);
      await sequence.commit(block);
      for (const key of keysOf(block)) admission.offer(key);
    },
  };
}
