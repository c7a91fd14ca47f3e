/** A few forwards of everything that a model can be asked for, to compare two targets. */
import type { Candidate } from "../../../gpu-worker/src/decoding/block.ts";
import type { TokenScore } from "../../../gpu-worker/src/decoding/forwards.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import type { Model } from "../../../gpu-worker/src/runtime/model.ts";

/** Pages of K/V that the forwards use. */
export const FORWARD_PAGES = 6;

export interface Forwards {
  readonly candidates: readonly (readonly Candidate[])[];
  readonly scores: readonly TokenScore[];
}

/**
 * Two sequences at different places share a forward: one behind a prefilled prompt, which commits, drafts, adjusts and scores,
 * the other from the start, two blocks at once, under a grammar.
 */
export async function forwardsOf(model: Model, { blockLength, maskToken, config }: Manifest): Promise<Forwards> {
  const { signal } = new AbortController();
  const tokens = (seed: number): number[] =>
    Array.from({ length: blockLength }, (_, i) => (i % 3 === 0 ? maskToken : (7 * i * i + seed) % config.vocabSize));
  const cells = [0, 1, 2];
  using first = model.sequence([0, 1, 2, 3]);
  using second = model.sequence([4, 5]);
  await first.prefill([...tokens(1), ...tokens(2)], signal);
  const open = tokens(3);
  const draws = [{ cell: 1, temperature: 0.8, topP: 0.9, uniform: 0.4 }];
  const bits = new Int32Array(Math.ceil(config.vocabSize / 32)).fill(0x0f0f_0f0f);
  const adjustments = [
    { cell: 0, token: 5, by: 3 },
    { cell: 2, token: 6, by: Number.NEGATIVE_INFINITY },
  ];
  const together = await Promise.all([
    first.forward([{ tokens: open, cells, draws, adjustments }]),
    second.forward([
      { tokens: tokens(4), cells, best: true },
      { tokens: tokens(5), cells: [3, 4], best: true, allowed: { cell: 3, bits } },
    ]),
  ]);
  const scores = await first.score([0, 3], [4, 9], 2);
  await first.commit(open);
  const behind = await first.forward([{ tokens: tokens(6), cells }]);
  return { candidates: [...together, behind].flat(), scores };
}
