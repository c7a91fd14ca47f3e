/** Compares checkpoints of other shapes in the released layout with the forward in plain loops, cached and sharded. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Candidate } from "../../gpu-worker/src/decoding/block.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { Quantization } from "../../gpu-worker/src/model/weights.ts";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import type { Dtype } from "../../tools/convert/safetensors.ts";
import { candidatesOf } from "../support/models/candidates.ts";
import { writeCheckpoint } from "../support/models/checkpoint.ts";
import { referenceProbabilities } from "../support/models/reference-model.ts";

interface Form {
  readonly ranks?: number;
  readonly blockLength?: number;
  readonly dtype?: Dtype;
  readonly shards?: number;
}

const shapes: [string, Record<string, unknown>, Form][] = [
  ["the tiny one", {}, {}],
  ["more groups, one of two experts kept", { num_experts: 16, n_group: 8, topk_group: 1, num_experts_per_tok: 2 }, {}],
  ["groups of one expert", { num_experts: 8, n_group: 8, topk_group: 5 }, {}],
  ["no groups", { n_group: 1, topk_group: 1 }, { ranks: 2 }],
  ["no dense layer", { first_k_dense_replace: 0 }, { ranks: 3 }],
  ["dense layers only", { first_k_dense_replace: 3 }, {}],
  ["two shared experts", { num_shared_experts: 2 }, { ranks: 4 }],
  ["no shared expert", { num_shared_experts: 0 }, {}],
  ["blocks of 16", {}, { blockLength: 16 }],
  ["full rotary", { partial_rotary_factor: 1 }, { blockLength: 8 }],
  ["head dimension 64, as many key heads as query heads", { head_dim: 64, num_key_value_heads: 4 }, { blockLength: 8 }],
  [
    "one key head, odd sizes",
    { num_key_value_heads: 1, head_dim: 20, rotary_dim: 6, hidden_size: 50, moe_intermediate_size: 33 },
    {},
  ],
  ["tied embeddings, no expert bias", { tie_word_embeddings: true, moe_router_enable_expert_bias: false }, {}],
  ["every expert chosen", { num_experts: 4, n_group: 2, topk_group: 2, num_experts_per_tok: 4 }, { ranks: 4 }],
  ["block routing, groups present and ignored", { num_experts: 16, expert_capacity: 5 }, {}],
  ["a pool no larger than a token's choice", { expert_capacity: 3, block_size: 16 }, { ranks: 3, blockLength: 16 }],
  ["a pool of all experts", { expert_capacity: 8, moe_router_enable_expert_bias: false }, { ranks: 2 }],
  ["bf16, in shards", {}, { dtype: "BF16", shards: 3 }],
  ["f16", {}, { dtype: "F16" }],
];

it.each(shapes)("%s gives the candidates of the forward in plain loops", async (_name, config, form) => {
  const { candidates, expected } = await run("none", config, form);
  candidates.forEach(({ token, probability }, i) => {
    const row = expected[i] as number[];
    expect(probability).toBeCloseTo(Math.max(...row), 4);
    expect(row[token]).toBeCloseTo(probability, 4);
  });
});

it("never proposes the edit tokens of 2.2, however probable", async () => {
  const favourites = (await run("none", {}, {})).candidates.map(({ token }) => token);
  const [remove, split] = [...new Set(favourites)] as [number, number];
  const { candidates, expected } = await run("none", { delete_token_id: remove, split_token_id: split }, {});
  candidates.forEach(({ token, probability }, i) => {
    const row = (expected[i] as number[]).with(remove, 0).with(split, 0);
    expect(probability).toBeCloseTo(Math.max(...row), 4);
    expect(row[token]).toBeCloseTo(probability, 4);
  });
});

/** Sizes below, at and above the quantization's block of columns. */
const quantized = [
  ["int8", { hidden_size: 48, moe_intermediate_size: 33 }, 0.02],
  ["int8", { hidden_size: 128, moe_intermediate_size: 160, intermediate_size: 300 }, 0.02],
  ["int4", { hidden_size: 128, moe_intermediate_size: 33, num_shared_experts: 2 }, 0.1],
] as const;

it.each(quantized)("%s, %o, approximates the unquantized model", async (quantization, config, tolerance) => {
  const { candidates, expected } = await run(quantization, config, { ranks: 2 });
  const errors = candidates.map(({ token, probability }, i) =>
    Math.abs(probability - ((expected[i] as number[])[token] as number)),
  );
  expect(errors.reduce((sum, error) => sum + error) / errors.length).toBeLessThan(tolerance);
});

/** The candidates of a sequence's third block, and the reference's probabilities there, without the mask token's. */
async function run(
  quantization: Quantization,
  config: Readonly<Record<string, unknown>>,
  { ranks = 1, blockLength = 32, dtype = "F32", shards = 1 }: Form,
): Promise<{ candidates: readonly Candidate[]; expected: number[][] }> {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-shape-"));
  try {
    const checkpoint = await writeCheckpoint(join(folder, "checkpoint"), { config, dtype, shards });
    const target = join(folder, "package");
    await convertCheckpoint({ source: checkpoint.folder, target, quantization, ranks, blockLength });
    const manifest = await readManifest(target);
    const model = await openModel(target, manifest, { threads: 1, pages: 3 });
    const tokens = Array.from({ length: 3 * blockLength }, (_, i) => (i * 37 + 11) % checkpoint.model.vocabSize);
    const all = referenceProbabilities(checkpoint.model, checkpoint.tensors, tokens, blockLength);
    const sequence = model.sequence([2, 0, 1]);
    await sequence.prefill(tokens.slice(0, 2 * blockLength), new AbortController().signal);
    const block = tokens.slice(2 * blockLength);
    const candidates = await candidatesOf(sequence, block);
    return { candidates, expected: all.slice(2 * blockLength).map((row) => row.with(manifest.maskToken, 0)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
