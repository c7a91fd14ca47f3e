/**
 * Measures the extra cost of a denoise step when a request adjusts logits, draws tokens or requests log-probabilities,
 * all in the head's graph.
 */

import type { BlockQuery } from "../../../gpu-worker/src/decoding/forwards.ts";
import { adjusting } from "../../../gpu-worker/src/decoding/logit-adjustments.ts";
import { uniform } from "../../../gpu-worker/src/decoding/sampling.ts";
import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { type Model, openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { releasedShapes } from "../../../tools/convert/released-shapes.ts";
import type { EngineBenchOptions } from "./engine.ts";
import { SHIPPED_MODEL } from "./requests.ts";
import { openSynthetic } from "./synthetic.ts";

const RUNS = 15;

/** Mini's vocabulary behind one of its layers: the head is as large as in the whole model. */
const MINI_HEAD = { ...releasedShapes.mini, num_hidden_layers: 1 };

/** Options of a request as a step passes them to the model; `best` if its tokens are scored. */
interface Asking {
  readonly label: string;
  ask(block: BlockQuery, manifest: Manifest): BlockQuery;
  readonly best?: number;
}

const askings: readonly Asking[] = [
  { label: "nothing", ask: (block) => block },
  { label: "`logit_bias` of one token", ask: (block, manifest) => moved(block, manifest, 1, 0) },
  { label: "`logit_bias` of 300 tokens", ask: (block, manifest) => moved(block, manifest, 300, 0) },
  { label: "`penalty_lambda`", ask: (block, manifest) => moved(block, manifest, 0, 3) },
  { label: "`temperature`", ask: (block) => drawn(block, {}) },
  { label: "`temperature`, `top_k`, `top_p`", ask: (block) => drawn(block, { topK: 50, topP: 0.9 }) },
  { label: "`logprobs`", ask: (block) => block, best: 0 },
  { label: "`top_logprobs` 20", ask: (block) => block, best: 20 },
];

export async function benchAsking({ threads, folder }: EngineBenchOptions): Promise<void> {
  await using mini = await openSynthetic({ name: "mini-head", config: MINI_HEAD, quantization: "int4" }, folder);
  const found = [await measure(SHIPPED_MODEL, threads), await measure(mini.folder, threads)];
  console.log(`a step of one block, every cell masked; threads: ${threads}, best of ${RUNS};`);
  console.log("a block is scored once, by its last step (in 2.0 once a step): the time is of a step that does\n");
  console.log("| asked for | shipped model | more | mini's vocabulary, one layer | more |");
  console.log("|---|---|---|---|---|");
  for (const [i, { label }] of askings.entries()) {
    const cells = found.flatMap((ms) => {
      const [own, plain] = [ms[i], ms[0]] as [number, number];
      return [`${own.toFixed(1)} ms`, i === 0 ? "" : `${(own - plain).toFixed(1)} ms`];
    });
    console.log(`| ${[label, ...cells].join(" | ")} |`);
  }
}

/**
 * Milliseconds of a step with each set of options. The sets alternate, so that load on the machine affects them
 * equally.
 */
async function measure(folder: string, threads: number): Promise<number[]> {
  const manifest = await readManifest(folder);
  await using model = await openModel(folder, manifest, { threads, pages: 1 });
  const best = askings.map(() => Number.POSITIVE_INFINITY);
  for (let run = 0; run < RUNS; run++) {
    for (const [i, asking] of askings.entries()) {
      const startMs = performance.now();
      await step(model, manifest, asking);
      best[i] = Math.min(best[i] as number, performance.now() - startMs);
    }
  }
  return best;
}

async function step(model: Model, manifest: Manifest, { ask, best }: Asking): Promise<void> {
  const tokens = new Array<number>(manifest.blockLength).fill(manifest.maskToken);
  const cells = [...tokens.keys()];
  const sequence = model.sequence([0]);
  const [candidates = []] = await sequence.forward([ask({ tokens, cells }, manifest)]);
  const found = candidates.map(({ token }) => token);
  if (best !== undefined) await sequence.score(cells, found, best);
}

function moved(block: BlockQuery, manifest: Manifest, biased: number, penaltyLambda: number): BlockQuery {
  const { blockLength, eosTokens } = manifest;
  const logitBias = new Map(Array.from({ length: biased }, (_, i) => [8 + i, 1]));
  const place = { blockLength, prompted: 0, endTokens: new Set(eosTokens), maskToken: manifest.maskToken };
  const { adjust } = adjusting(
    { logitBias, penaltyLambda, presencePenalty: 0, frequencyPenalty: 0, minTokens: 0 },
    place,
  );
  return { ...block, adjustments: adjust?.({ ...block, block: 0, answered: [] }) ?? [] };
}

function drawn(block: BlockQuery, cuts: { readonly topK?: number; readonly topP?: number }): BlockQuery {
  const draws = block.cells.map((cell) => {
    const place = { seed: 1n, choice: 0, block: 0, step: 0, cell };
    return { temperature: 0.8, ...cuts, cell, uniform: uniform(place) };
  });
  return { ...block, draws };
}
