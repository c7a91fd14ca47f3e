import type { Candidate } from "../../../gpu-worker/src/decoding/block.ts";
import type { Draw, SequenceForwards } from "../../../gpu-worker/src/decoding/forwards.ts";
/** One forward of one open block: the candidates of all its cells. */

export async function candidatesOf(
  sequence: SequenceForwards,
  tokens: readonly number[],
  draws: readonly Draw[] = [],
): Promise<readonly Candidate[]> {
  const [candidates] = await sequence.forward([{ tokens, cells: [...tokens.keys()], draws }]);
  return candidates as readonly Candidate[];
}
