import type { Candidate } from "../../../gpu-worker/src/decoding/block.ts";
import type { Draw, SequenceForwards } from "../../../gpu-worker/src/decoding/forwards.ts";
/** Runs a forward of a single open block. @returns the candidates of all its cells */

export async function candidatesOf(
  sequence: SequenceForwards,
  tokens: readonly number[],
  draws: readonly Draw[] = [],
): Promise<readonly Candidate[]> {
  const [candidates] = await sequence.forward([{ tokens, cells: [...tokens.keys()], draws }]);
  return candidates as readonly Candidate[];
}
