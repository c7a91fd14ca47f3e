/**
 * Counts the experts that a block touches under both ways of choosing them: each token among its best groups (2.0,
 * 2.1), or all tokens among one pool per block (2.2). Uses the sizes of mini, with random weights.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { type ReleasedShape, releasedShapes } from "../../tools/convert/released-shapes.ts";
import { SHARD_BYTES, synthesizeCheckpoint } from "../../tools/convert/synth.ts";

/** The first layer is dense. */
const LAYERS = 3;
const SEED = 1;
const STEPS = 8;
const PROMPT_BLOCKS = 2;

export async function benchRouting(): Promise<void> {
  const sizes = `${LAYERS - 1} MoE layers, int4, seed ${SEED}`;
  console.log(
    `mini's sizes with random weights, ${sizes}; a prompt of ${PROMPT_BLOCKS} blocks, then ${STEPS} denoise steps`,
  );
  console.log("of one block, its masks replaced evenly; distinct experts touched per block, layer and step\n");
  console.log("| routing | experts | fewest | mean | most | weights of the touched experts per layer, mean |");
  console.log("|---|---|---|---|---|---|");
  await measure("mini", "grouped top-k (2.1)");
  await measure("mini-2.2", "block routing (2.2)");
}

async function measure(shape: ReleasedShape, label: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-routing-"));
  try {
    const source = join(folder, "checkpoint");
    const target = join(folder, "package");
    const config = { ...releasedShapes[shape], num_hidden_layers: LAYERS };
    await synthesizeCheckpoint({ target: source, config, seed: SEED, shardBytes: SHARD_BYTES });
    const manifest = await convertCheckpoint({ source, target, quantization: "int4", ranks: 1, consume: true });
    const { blockLength, maskToken } = manifest;
    const { experts, topK, vocabSize } = manifest.config;
    const distinct: number[] = [];
    const model = await openModel(target, manifest, {
      threads: 2,
      pages: PROMPT_BLOCKS + 1,
      onRoute: (_layer, chosen) => {
        const size = blockLength * topK;
        for (let first = 0; first < chosen.length; first += size) {
          distinct.push(new Set(chosen.subarray(first, first + size)).size);
        }
      },
    });
    const token = (i: number): number => (i * 7919) % vocabSize;
    const sequence = model.sequence([0, 1, 2]);
    const prompt = Array.from({ length: PROMPT_BLOCKS * blockLength }, (_, i) => token(i));
    await sequence.prefill(prompt, new AbortController().signal);
    distinct.length = 0;
    for (let step = 0; step < STEPS; step++) {
      const shown = (step * blockLength) / STEPS;
      const block = Array.from({ length: blockLength }, (_, i) => (i < shown ? token(prompt.length + i) : maskToken));
      await sequence.forward([{ tokens: block, cells: [...block.keys()] }]);
    }
    const mean = distinct.reduce((sum, count) => sum + count) / distinct.length;
    const expertFiles = manifest.files.filter(({ path }) => /^experts-.*\.bin$/.test(path));
    const layerBytes = (expertFiles[0]?.sizeBytes ?? 0) * (mean / experts);
    const row = [label, experts, Math.min(...distinct), mean.toFixed(1), Math.max(...distinct)];
    console.log(`| ${row.join(" | ")} | ${(layerBytes / 1e6).toFixed(0)} MB |`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
