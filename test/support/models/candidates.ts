import type { Candidate } from "../../../gpu-worker/src/decoding/block.ts";
import type { BlockQuery, SequenceForwards } from "../../../gpu-worker/src/decoding/forwards.ts";
/** Runs a forward of a single open block. @returns the candidates of all its cells */

export async function candidatesOf(
  sequence: SequenceForwards,
  tokens: readonly number[],
  query: Partial<BlockQuery> = {},
): Promise<readonly Candidate[]> {
  const [candidates] = await sequence.forward([{ tokens, cells: [...tokens.keys()], ...query }]);
  return candidates as readonly Candidate[];
}
