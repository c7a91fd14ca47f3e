/** `config.json` of the released checkpoints, with every key that changes the computation. Source: the released files. */

/** Keys that mini and flash of LLaDA 2.0 and 2.1 have in common. */
const common = {
  architectures: ["LLaDA2MoeModelLM"],
  model_type: "llada2_moe",
  vocab_size: 157184,
  num_key_value_heads: 4,
  head_dim: 128,
  hidden_act: "silu",
  first_k_dense_replace: 1,
  num_experts: 256,
  num_experts_per_tok: 8,
  num_shared_experts: 1,
  n_group: 8,
  topk_group: 4,
  routed_scaling_factor: 2.5,
  score_function: "sigmoid",
  moe_router_enable_expert_bias: true,
  router_dtype: "fp32",
  norm_topk_prob: true,
  rms_norm_eps: 1e-6,
  partial_rotary_factor: 0.5,
  rotary_dim: 64,
  rope_theta: 600000,
  rope_scaling: null,
  max_position_embeddings: 32768,
  tie_word_embeddings: false,
  use_bias: false,
  use_qkv_bias: false,
  use_qk_norm: true,
  use_sliding_window: false,
  sliding_window: 4096,
  pad_token_id: 156892,
  torch_dtype: "bfloat16",
} as const;

const mini = {
  ...common,
  num_hidden_layers: 20,
  hidden_size: 2048,
  num_attention_heads: 16,
  intermediate_size: 5120,
  moe_intermediate_size: 512,
} as const;

const flash = {
  ...common,
  num_hidden_layers: 32,
  hidden_size: 4096,
  num_attention_heads: 32,
  intermediate_size: 9216,
  moe_intermediate_size: 1024,
} as const;

/** Keys that 2.2 changes. The groups of `common` stay in the file and are not used. */
const blockRouted = {
  expert_capacity: 48,
  block_size: 32,
  rope_theta: 3000000,
  max_position_embeddings: 131072,
  eos_token_id: [156892, 156900],
} as const;

export const releasedShapes = {
  mini,
  flash,
  /** Not released: the sizes of mini with the changes of 2.2, for tests that fit a small machine. */
  "mini-2.2": { ...mini, ...blockRouted },
  "flash-2.2": { ...flash, ...blockRouted },
} as const;

export type ReleasedShape = keyof typeof releasedShapes;
