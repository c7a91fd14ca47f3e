/** One forward of one open block: the candidates of all its cells. */

import type { Candidate, Draw } from "../../../gpu-worker/src/decoding/decode.ts";
import type { SequenceForwards } from "../../../gpu-worker/src/decoding/lookahead.ts";

export async function candidatesOf(
  sequence: SequenceForwards,
  tokens: readonly number[],
  draws: readonly Draw[] = [],
): Promise<readonly Candidate[]> {
  const [candidates] = await sequence.forward([{ tokens, cells: [...tokens.keys()], draws }]);
  return candidates as readonly Candidate[];
}
