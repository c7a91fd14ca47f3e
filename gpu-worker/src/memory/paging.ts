/** A sequence's forwards over pages: the prompt prefilled in chunks behind the cached blocks, and a page for each commit. */
import type { SequenceForwards } from "../decoding/forwards.ts";
import type { Admission } from "./admission.ts";
import { PREFILL_BLOCKS } from "./prefill-budget.ts";
import { blockKeys } from "./prefix-cache.ts";
import type { Scheduler } from "./scheduler.ts";

/**
 * `sequence` with a `prefill` that takes the whole prompt. Blocks are offered to the prefix cache as soon as the K/V of their
 * final tokens exist: the prompt's full blocks chunk by chunk, and committed blocks, never an open one.
 */
export function paged(
  sequence: SequenceForwards,
  options: {
    readonly admission: Pick<Admission, "cachedBlocks" | "match" | "offer" | "grow">;
    readonly prefills: Scheduler["prefills"];
    readonly blockLength: number;
    /** Scope of the prefix cache. Undefined: no block is shared. */
    readonly scope: string | undefined;
    /** Called when the prompt's full blocks are in their pages, with how many of them were cached. */
    readonly onPrefilled: (cachedBlocks: number) => void;
    /** Aborts when the sequence is preempted, too. */
    readonly signal: AbortSignal;
  },
): Pick<SequenceForwards, "prefill" | "forward" | "commit"> {
  const { admission, prefills, blockLength, scope, signal } = options;
  const keysOf = (tokens: readonly number[]) => (scope === undefined ? [] : blockKeys(tokens, blockLength, scope));
  return {
    async prefill(tokens) {
      const blocks = tokens.length / blockLength;
      const keys = keysOf(tokens);
      let cached = admission.cachedBlocks;
      sequence.skip(cached);
      for (let done = cached; done < blocks; ) {
        const end = Math.min(done + PREFILL_BLOCKS, blocks);
        using _turn = await prefills.take({ blocks: end - done, key: keys[done] }, signal);
        // Other sequences may have made the same blocks meanwhile.
        const more = admission.match(keys.slice(done));
        if (more > 0) {
          sequence.skip(more);
          cached += more;
          done += more;
          continue;
        }
        await sequence.prefill(tokens.slice(done * blockLength, end * blockLength), signal);
        for (const key of keys.slice(done, end)) admission.offer(key);
        done = end;
      }
      options.onPrefilled(cached);
    },
    forward: (blocks) => sequence.forward(blocks),
    async commit(block) {
      await admission.grow(signal);
      await sequence.commit(block);
      for (const key of keysOf(block)) admission.offer(key);
    },
  };
}
