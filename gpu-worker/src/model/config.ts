/**
 * The architecture of a LLaDA2 checkpoint, parsed from its `config.json`. Numbers only: no tensors, no files.
 * Source: the released configurations. `use_qk_norm` is ignored: its default in the modeling code is false, but every released
 * checkpoint has the weights and needs them.
 */
import { z } from "zod";
import { describeIssues, PackageError } from "../errors.ts";

const positive = z.int().positive();

/** Rows come in blocks, and quantized products need an even number of rows (parallel/permutation.ts). */
const even = positive.multipleOf(2);

/** The keys of a released `config.json` that change the computation. Others are ignored. */
const rawConfig = z.object({
  architectures: z.array(z.string()).optional(),
  model_type: z.string(),
  vocab_size: positive,
  hidden_size: positive,
  num_hidden_layers: positive,
  num_attention_heads: positive,
  num_key_value_heads: positive,
  head_dim: positive.optional(),
  intermediate_size: positive,
  moe_intermediate_size: positive,
  num_experts: positive,
  num_experts_per_tok: positive,
  num_shared_experts: z.int().nonnegative().nullish(),
  n_group: positive.nullish(),
  topk_group: positive.nullish(),
  expert_capacity: z.int().nonnegative().nullish(),
  block_size: even.nullish(),
  block_length: even.nullish(),
  routed_scaling_factor: z.number().default(1),
  first_k_dense_replace: z.int().nonnegative().default(0),
  partial_rotary_factor: z.number().positive().max(1).nullish(),
  rotary_dim: positive.nullish(),
  rope_theta: z.number().positive(),
  rope_scaling: z.unknown().nullish(),
  rms_norm_eps: z.number().positive(),
  max_position_embeddings: positive,
  hidden_act: z.literal("silu").default("silu"),
  score_function: z.literal("sigmoid").default("sigmoid"),
  norm_topk_prob: z.literal(true).default(true),
  moe_router_enable_expert_bias: z.boolean().default(true),
  use_bias: z.literal(false).default(false),
  use_qkv_bias: z.literal(false).default(false),
  tie_word_embeddings: z.boolean().default(false),
  use_sliding_window: z.literal(false).default(false),
  mask_token_id: z.int().nonnegative().nullish(),
  delete_token_id: z.int().nonnegative().nullish(),
  split_token_id: z.int().nonnegative().nullish(),
  eos_token_id: z.union([z.int().nonnegative(), z.array(z.int().nonnegative())]).nullish(),
  pad_token_id: z.int().nonnegative().nullish(),
});

const count = z.int().nonnegative();

/** The architecture as a package's manifest has it. Sizes are counts of elements. */
export const modelConfig = z.object({
  vocabSize: count,
  hiddenSize: count,
  layers: count,
  heads: count,
  kvHeads: count,
  headDim: count,
  /** Leading dimensions of a head that RoPE rotates; the rest pass through. */
  rotaryDim: count,
  ropeTheta: z.number(),
  rmsNormEps: z.number(),
  /** Inner size of the dense layers' FFN. */
  intermediateSize: count,
  /** Layers before this index have a dense FFN instead of experts. */
  denseLayers: count,
  moeIntermediateSize: count,
  experts: count,
  /** Experts chosen per token. */
  topK: count,
  sharedExperts: count,
  expertGroups: count,
  /** Groups kept per token before the top-k. */
  topKGroups: count,
  /** Size of the pool of experts that the tokens of a block choose from: block routing (2.2). Absent: groups are used. */
  blockExperts: count.optional(),
  expertBias: z.boolean(),
  routedScalingFactor: z.number(),
  tiedEmbeddings: z.boolean(),
  maxPositions: count,
});

export type ModelConfig = Readonly<z.infer<typeof modelConfig>>;

/** A parsed `config.json`: the architecture, and the token ids and block length if it states them. */
export interface CheckpointConfig {
  readonly model: ModelConfig;
  readonly maskToken: number | undefined;
  readonly eosTokens: readonly number[];
  /** Only of 2.2, and stated by no released configuration. */
  readonly deleteToken: number | undefined;
  readonly splitToken: number | undefined;
  readonly blockLength: number | undefined;
}

/**
 * Parses a released `config.json`.
 * @param file its path, for messages
 * @throws PackageError when a key is missing or of the wrong type, or the numbers contradict each other
 */
export function parseConfig(json: unknown, file: string): CheckpointConfig {
  const type = z.object({ model_type: z.string().optional(), architectures: z.array(z.string()).optional() });
  const kind = type.safeParse(json).data;
  if (kind?.model_type !== "llada2_moe") {
    throw new PackageError(
      `${file}: model_type is ${JSON.stringify(kind?.model_type)}, architectures ${JSON.stringify(kind?.architectures)}; ` +
        `only "llada2_moe" (LLaDA 2.0, 2.1 and 2.2) can be converted`,
    );
  }
  const parsed = rawConfig.safeParse(json);
  if (!parsed.success) throw new PackageError(`${file}: ${describeIssues(parsed.error)}`);
  const raw = parsed.data;
  // A capacity means 2.2's routing. Its released configuration still has the groups of 2.1, which are not used.
  const blockExperts = raw.expert_capacity || undefined;
  const headDim = raw.head_dim ?? raw.hidden_size / raw.num_attention_heads;
  const model: ModelConfig = {
    vocabSize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    kvHeads: raw.num_key_value_heads,
    headDim,
    rotaryDim: raw.rotary_dim ?? Math.trunc(headDim * (raw.partial_rotary_factor ?? 1)),
    ropeTheta: raw.rope_theta,
    rmsNormEps: raw.rms_norm_eps,
    intermediateSize: raw.intermediate_size,
    denseLayers: Math.min(raw.first_k_dense_replace, raw.num_hidden_layers),
    moeIntermediateSize: raw.moe_intermediate_size,
    experts: raw.num_experts,
    topK: raw.num_experts_per_tok,
    sharedExperts: raw.num_shared_experts ?? 0,
    expertGroups: blockExperts === undefined ? (raw.n_group ?? 1) : 1,
    topKGroups: blockExperts === undefined ? (raw.topk_group ?? raw.n_group ?? 1) : 1,
    ...(blockExperts !== undefined && { blockExperts }),
    expertBias: raw.moe_router_enable_expert_bias,
    routedScalingFactor: raw.routed_scaling_factor,
    tiedEmbeddings: raw.tie_word_embeddings,
    maxPositions: raw.max_position_embeddings,
  };
  const faults = [
    ...contradictions(model),
    ...(raw.rope_scaling ? ["rope_scaling is set; only unscaled RoPE is supported"] : []),
  ];
  if (faults.length > 0) throw new PackageError(`${file}: ${faults.join("; ")}`);
  const eos = raw.eos_token_id ?? [];
  return {
    model,
    maskToken: raw.mask_token_id ?? undefined,
    eosTokens: typeof eos === "number" ? [eos] : eos,
    deleteToken: raw.delete_token_id ?? undefined,
    splitToken: raw.split_token_id ?? undefined,
    blockLength: raw.block_length ?? raw.block_size ?? undefined,
  };
}

function contradictions(c: ModelConfig): string[] {
  const groupSize = c.experts / c.expertGroups;
  const rules: [boolean, string][] = [
    [Number.isInteger(c.headDim), `hidden_size ${c.hiddenSize} is not a multiple of num_attention_heads ${c.heads}`],
    [c.heads % c.kvHeads === 0, `num_attention_heads ${c.heads} is not a multiple of num_key_value_heads ${c.kvHeads}`],
    [
      c.rotaryDim % 2 === 0 && c.rotaryDim <= c.headDim,
      `rotary_dim ${c.rotaryDim} must be even and at most head_dim ${c.headDim}`,
    ],
    [Number.isInteger(groupSize), `num_experts ${c.experts} is not a multiple of n_group ${c.expertGroups}`],
    [c.topKGroups <= c.expertGroups, `topk_group ${c.topKGroups} is more than n_group ${c.expertGroups}`],
    [
      c.topK <= c.topKGroups * groupSize,
      `num_experts_per_tok ${c.topK} is more than the ${c.topKGroups * groupSize} experts of the kept groups`,
    ],
    [
      (c.blockExperts ?? 0) <= c.experts,
      `expert_capacity ${c.blockExperts} is more than the ${c.experts} of num_experts`,
    ],
    [
      c.topK <= (c.blockExperts ?? c.experts),
      `num_experts_per_tok ${c.topK} is more than expert_capacity ${c.blockExperts}`,
    ],
  ];
  return rules.filter(([holds]) => !holds).map(([, message]) => message);
}

/** Number of weights: all, and those active for a token, with one row of the embedding. */
export function parameterCounts(c: ModelConfig): { total: number; active: number } {
  const attention =
    c.hiddenSize * (c.heads + 2 * c.kvHeads) * c.headDim +
    c.heads * c.headDim * c.hiddenSize +
    2 * c.headDim +
    2 * c.hiddenSize;
  const ffn = (inner: number): number => 3 * c.hiddenSize * inner;
  const moeLayers = c.layers - c.denseLayers;
  const router = c.hiddenSize * c.experts + (c.expertBias ? c.experts : 0);
  const always =
    c.layers * attention +
    c.denseLayers * ffn(c.intermediateSize) +
    moeLayers * (router + ffn(c.moeIntermediateSize * c.sharedExperts)) +
    c.hiddenSize;
  const head = c.vocabSize * c.hiddenSize;
  return {
    total: always + moeLayers * c.experts * ffn(c.moeIntermediateSize) + head * (c.tiedEmbeddings ? 1 : 2),
    active: always + moeLayers * c.topK * ffn(c.moeIntermediateSize) + head + c.hiddenSize,
  };
}
