/** Lets sequences share what they have in common: each begins behind the blocks that are cached, and offers its own. */
import type { SequenceForwards } from "./carrying.ts";
import { blockKeys } from "./prefix-cache.ts";
import type { Admission } from "./scheduler.ts";

export interface SharingOptions {
  readonly admission: Pick<Admission, "cachedBlocks" | "offer">;
  readonly blockLength: number;
  /** What `blockKeys` is given. */
  readonly scope: string;
  /** Is told when the prompt's full blocks are there for others. */
  prefilled(): void;
}

/**
 * `sequence`, whose first `cachedBlocks` blocks are cached, as one that is prefilled with the whole prompt. Every block whose
 * keys and values come of its final tokens is offered: the prompt's full ones and the committed ones, never the open one.
 */
export function sharing(
  sequence: SequenceForwards,
  { admission, blockLength, scope, prefilled }: SharingOptions,
): SequenceForwards {
  const offer = (tokens: readonly number[]): void => {
    for (const key of blockKeys(tokens, blockLength, scope)) admission.offer(key);
  };
  return {
    async prefill(tokens, signal) {
      const missing = tokens.slice(admission.cachedBlocks * blockLength);
      await sequence.prefill(missing, signal);
      offer(missing);
      prefilled();
    },
    forward: (blocks) => sequence.forward(blocks),
    async commit(block) {
      await sequence.commit(block);
      offer(block);
    },
  };
}
