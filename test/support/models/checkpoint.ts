/**
 * Small checkpoints with random weights in the released layout, of any shape that a configuration can describe. The
 * tensor list is written out here a second time, from the released models, so that it detects errors in the package
 * plan.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ModelConfig, parseConfig } from "../../../gpu-worker/src/model/config.ts";
import { type Dtype, encodeSafetensors, rounded, type TestTensor } from "./safetensors.ts";

export interface CheckpointOptions {
  /** Keys of `config.json` that differ from `tinyConfig`. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly dtype?: Dtype;
  /** More than 1 writes shards and an index. */
  readonly shards?: number;
  /** Distribution of tensors over shards: round-robin, or runs of neighbours as in the released files. */
  readonly layout?: "mixed" | "runs";
  readonly seed?: number;
}

export interface WrittenCheckpoint {
  readonly folder: string;
  /** The configuration as written and as parsed. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly model: ModelConfig;
  /** Every tensor as a reader sees it, rounded to the stored type. */
  readonly tensors: ReadonlyMap<string, TestTensor>;
}

/** A `config.json` that is quick to run: 3 layers, the first of them dense, 8 experts in 4 groups. */
export const tinyConfig = {
  architectures: ["LLaDA2MoeModelLM"],
  model_type: "llada2_moe",
  vocab_size: 96,
  hidden_size: 48,
  intermediate_size: 80,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  num_experts: 8,
  num_shared_experts: 1,
  num_experts_per_tok: 3,
  n_group: 4,
  topk_group: 2,
  routed_scaling_factor: 2.5,
  moe_intermediate_size: 24,
  first_k_dense_replace: 1,
  partial_rotary_factor: 0.5,
  rope_theta: 10000,
  rms_norm_eps: 1e-6,
  max_position_embeddings: 512,
  norm_topk_prob: true,
  use_qk_norm: true,
  tie_word_embeddings: false,
  mask_token_id: 95,
  eos_token_id: 94,
} as const;

/** Writes `config.json` and the weights into `folder`, which is created if it is missing. */
export async function writeCheckpoint(folder: string, options: CheckpointOptions = {}): Promise<WrittenCheckpoint> {
  const { dtype = "F32", shards = 1, layout = "mixed", seed = 1 } = options;
  const config = { ...tinyConfig, ...options.config };
  const { model } = parseConfig(config, "config.json");
  const random = createRandom(seed);
  const tensors = tensorList(model).map(([name, dims]): TestTensor => {
    const stored = name.endsWith("expert_bias") ? "F32" : dtype;
    return { name, dims, dtype: stored, values: rounded(randomValues(name, dims, random), stored) };
  });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  if (shards === 1) await writeFile(join(folder, "model.safetensors"), encodeSafetensors(tensors));
  else await writeShards(folder, tensors, shards, layout);
  return { folder, config, model, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

async function writeShards(
  folder: string,
  tensors: readonly TestTensor[],
  shards: number,
  layout: "mixed" | "runs",
): Promise<void> {
  const weightMap: Record<string, string> = {};
  for (let shard = 0; shard < shards; shard++) {
    const shardOf = (i: number): number =>
      layout === "mixed" ? i % shards : Math.floor((i * shards) / tensors.length);
    const part = tensors.filter((_, i) => shardOf(i) === shard);
    const number = (n: number): string => String(n).padStart(5, "0");
    const file = `model-${number(shard + 1)}-of-${number(shards)}.safetensors`;
    for (const tensor of part) weightMap[tensor.name] = file;
    await writeFile(join(folder, file), encodeSafetensors(part));
  }
  await writeFile(join(folder, "model.safetensors.index.json"), JSON.stringify({ weight_map: weightMap }));
}

function tensorList(c: ModelConfig): [name: string, dims: number[]][] {
  const ffn = (prefix: string, inner: number): [string, number[]][] => [
    [`${prefix}.gate_proj.weight`, [inner, c.hiddenSize]],
    [`${prefix}.up_proj.weight`, [inner, c.hiddenSize]],
    [`${prefix}.down_proj.weight`, [c.hiddenSize, inner]],
  ];
  const layer = (i: number): [string, number[]][] => {
    const prefix = `model.layers.${i}`;
    const attention: [string, number[]][] = [
      [`${prefix}.input_layernorm.weight`, [c.hiddenSize]],
      [`${prefix}.attention.query_key_value.weight`, [(c.heads + 2 * c.kvHeads) * c.headDim, c.hiddenSize]],
      [`${prefix}.attention.query_layernorm.weight`, [c.headDim]],
      [`${prefix}.attention.key_layernorm.weight`, [c.headDim]],
      [`${prefix}.attention.dense.weight`, [c.hiddenSize, c.heads * c.headDim]],
      [`${prefix}.post_attention_layernorm.weight`, [c.hiddenSize]],
    ];
    if (i < c.denseLayers) return [...attention, ...ffn(`${prefix}.mlp`, c.intermediateSize)];
    return [
      ...attention,
      [`${prefix}.mlp.gate.weight`, [c.experts, c.hiddenSize]],
      ...(c.expertBias ? ([[`${prefix}.mlp.gate.expert_bias`, [c.experts]]] as [string, number[]][]) : []),
      ...range(c.experts).flatMap((e) => ffn(`${prefix}.mlp.experts.${e}`, c.moeIntermediateSize)),
      ...(c.sharedExperts > 0 ? ffn(`${prefix}.mlp.shared_experts`, c.moeIntermediateSize * c.sharedExperts) : []),
    ];
  };
  return [
    ["model.word_embeddings.weight", [c.vocabSize, c.hiddenSize]],
    ...range(c.layers).flatMap(layer),
    ["model.norm.weight", [c.hiddenSize]],
    ...(c.tiedEmbeddings ? [] : ([["lm_head.weight", [c.vocabSize, c.hiddenSize]]] as [string, number[]][])),
  ];
}

/** Norms near 1, small biases, matrices scaled so that activations neither vanish nor explode. */
function randomValues(name: string, dims: readonly number[], random: () => number): Float32Array {
  const elements = dims.reduce((product, dim) => product * dim, 1);
  const [mean, spread] = name.includes("norm")
    ? [1, 0.1]
    : name.endsWith("expert_bias")
      ? [0, 0.05]
      : [0, name.includes("embeddings") ? 1 : 1.5 / Math.sqrt(dims.at(-1)!)];
  return Float32Array.from({ length: elements }, () => mean + spread * normal(random));
}

/** A normally distributed number, by the Box-Muller transform. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Mulberry32: numbers in [0, 1), the same everywhere for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
