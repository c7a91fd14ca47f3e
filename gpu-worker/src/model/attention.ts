/**
 * Attention of LLaDA2 as ONNX nodes, over the keys and values of cached blocks and of the forward's own. Rows are of the graph's
 * real type, f32 or f16; RoPE and the softmax are f32 in both.
 *
 * Sizes: T rows = B blocks x S positions, D head dimension, n places of blocks, as many as the longest-reaching of the B needs,
 * p places that the forward's own blocks take of them.
 */
import type { ModelConfig } from "./config.ts";
import { matrix, narrow, project, rmsNorm, widen } from "./layers.ts";
import { MICROSOFT, type OnnxGraph, type Value } from "./onnx-graph.ts";
import type { Quantization } from "./weights.ts";

/** cos and sin [B, S, rotary / 2] of the RoPE angles at `positions` i64 [B, S]. */
export function ropeAngles(g: OnnxGraph, positions: Value, config: ModelConfig): { cos: Value; sin: Value } {
  const half = config.rotaryDim / 2;
  const frequencies = Array.from({ length: half }, (_, j) => config.ropeTheta ** ((-2 * j) / config.rotaryDim));
  const angles = g.node("Mul", [
    g.node("Unsqueeze", [g.node("Cast", [positions], { attributes: { to: 1 } }), g.ints([2])]),
    g.floats(frequencies, [1, 1, half]),
  ]);
  return { cos: g.node("Cos", [angles]), sin: g.node("Sin", [angles]) };
}

/**
 * What attention reads beside its rows. A block sees the blocks before it and itself, each at its place: those that are
 * cached come from the pools, those of the same forward are laid over. So a block's numbers do not depend on which of its
 * predecessors were cached, nor on what else is in the forward.
 */
export interface AttentionInputs {
  readonly cos: Value;
  readonly sin: Value;
  /** f32 [B, 1, 1, n * S], added to the scores: 0 where a key is seen, -inf past the block itself. */
  readonly mask: Value;
  /** [pages * kvHeads, S, D]. */
  readonly keyPool: Value;
  readonly valuePool: Value;
  /** i64 [B, kvHeads, n]: the pools' row for each block seen; any row where `ownSlots` says otherwise, and past the block. */
  readonly pageRows: Value;
  /** i64 [B, kvHeads, p, 3]: block, head and place at which the forward's own blocks are seen; the places follow each other. */
  readonly ownSlots: Value;
  /** i64 [B, kvHeads, p]: which of this forward's [B * kvHeads] blocks and heads that is; any past the block. */
  readonly ownRows: Value;
}

/** Attention of every row over the blocks it sees. Also gives the forward's own keys and values [B, kvHeads, S, D]. */
export function attention(
  g: OnnxGraph,
  x: Value,
  prefix: string,
  config: ModelConfig,
  inputs: AttentionInputs,
  quantization: Quantization,
): { output: Value; keys: Value; values: Value } {
  const { heads, kvHeads, headDim, hiddenSize, rmsNormEps } = config;
  const qkv = project(
    g,
    x,
    matrix(`${prefix}.query_key_value`, [
      [`${prefix}.query_key_value.weight`, (heads + 2 * kvHeads) * headDim, hiddenSize],
    ]),
    quantization,
  );
  const norm = (heads4d: Value, kind: "query" | "key"): Value =>
    rmsNorm(g, heads4d, { name: `${prefix}.${kind}_layernorm.weight`, dims: [headDim] }, rmsNormEps);
  const rotate = (heads4d: Value): Value =>
    g.real === "f16"
      ? rotateHalves(g, heads4d, inputs, config)
      : g.node("RotaryEmbedding", [heads4d, inputs.cos, inputs.sin], {
          attributes: { rotary_embedding_dim: config.rotaryDim },
        });

  const all = headsFirst(g, splitHeads(g, qkv, inputs.mask, heads + 2 * kvHeads, headDim));
  const sizes = g.ints([heads, kvHeads, kvHeads]);
  const [q, k, values] = g.nodes("Split", [all, sizes], 3, { attributes: { axis: 1 } }) as [Value, Value, Value];
  const [queries, keys] = [rotate(norm(q, "query")), rotate(norm(k, "key"))];
  const allKeys = seen(g, inputs.keyPool, keys, inputs, headDim);
  const allValues = seen(g, inputs.valuePool, values, inputs, headDim);

  // Heads that share keys stand together: [B, kvHeads, heads / kvHeads * S, D].
  const grouped = g.node("Reshape", [queries, g.ints([0, kvHeads, -1, headDim])]);
  const scores = g.node("FusedMatMul", [grouped, allKeys], {
    domain: MICROSOFT,
    attributes: { transB: 1, alpha: { float: 1 / Math.sqrt(headDim) } },
  });
  const masked = g.node("Add", [widen(g, scores), inputs.mask]);
  const shares = narrow(g, g.node("Softmax", [masked]));
  const mixed = g.node("Reshape", [g.node("MatMul", [shares, allValues]), g.ints([0, heads, -1, headDim])]);
  const rows = g.node("Reshape", [headsFirst(g, mixed), g.ints([-1, heads * headDim])]);
  const dense = matrix(`${prefix}.dense`, [[`${prefix}.dense.weight`, hiddenSize, heads * headDim]]);
  return { output: project(g, rows, dense, quantization), keys, values };
}

/** RoPE in f32 from operators that every provider has: [B, heads, S, D] -> the same, its first rotary dimensions turned. */
function rotateHalves(g: OnnxGraph, heads4d: Value, { cos, sin }: AttentionInputs, config: ModelConfig): Value {
  const { headDim, rotaryDim } = config;
  const half = rotaryDim / 2;
  const wide = widen(g, heads4d);
  const part = (from: number, to: number): Value => g.node("Slice", [wide, g.ints([from]), g.ints([to]), g.ints([3])]);
  const perHead = (angles: Value): Value => g.node("Unsqueeze", [angles, g.ints([1])]); // [B, 1, S, half]
  const times = (x: Value, angles: Value): Value => g.node("Mul", [x, perHead(angles)]);
  const [first, second] = [part(0, half), part(half, rotaryDim)];
  const turned = [
    g.node("Sub", [times(first, cos), times(second, sin)]),
    g.node("Add", [times(second, cos), times(first, sin)]),
    ...(rotaryDim < headDim ? [part(rotaryDim, headDim)] : []),
  ];
  return narrow(g, g.node("Concat", turned, { attributes: { axis: 3 } }));
}

/** [T, heads * D] -> [B, S, heads, D]; B is the first size of `batch`. */
function splitHeads(g: OnnxGraph, x: Value, batch: Value, heads: number, headDim: number): Value {
  const size = g.node("Shape", [batch], { attributes: { start: 0, end: 1 } });
  return g.node("Reshape", [x, g.node("Concat", [size, g.ints([-1, heads, headDim])], { attributes: { axis: 0 } })]);
}

/** [B, S, heads, D] <-> [B, heads, S, D] */
function headsFirst(g: OnnxGraph, x: Value): Value {
  return g.node("Transpose", [x], { attributes: { perm: [0, 2, 1, 3] } });
}

/** Keys or values of the blocks each block sees, in order: [B, kvHeads, n * S, D]. `own` is [B, kvHeads, S, D]. */
function seen(g: OnnxGraph, pool: Value, own: Value, inputs: AttentionInputs, headDim: number): Value {
  const cached = g.node("Gather", [pool, inputs.pageRows]); // [B, kvHeads, n, S, D]
  const blockShape = g.node("Shape", [own], { attributes: { start: 2, end: 4 } });
  const ownBlocks = g.node("Reshape", [own, g.node("Concat", [g.ints([-1]), blockShape], { attributes: { axis: 0 } })]);
  const laidOver = g.node("Gather", [ownBlocks, inputs.ownRows]); // [B, kvHeads, p, S, D]
  return g.node("Reshape", [layOver(g, cached, laidOver, inputs.ownSlots), g.ints([0, 0, -1, headDim])]);
}

/**
 * `blocks` [B, kvHeads, p, S, D] at their slots in `cached` [B, kvHeads, n, S, D]. TensorScatter writes them into the memory it
 * is given; ScatterND, which the CUDA provider has had for longer, copies all of it first.
 */
function layOver(g: OnnxGraph, cached: Value, blocks: Value, slots: Value): Value {
  if (g.real === "f16") return g.node("ScatterND", [cached, slots, blocks]);
  const first = g.node("Slice", [slots, g.ints([0, 0, 2]), g.ints([1, 1, 3]), g.ints([1, 2, 3])]);
  const places = g.node("Reshape", [first, g.ints([-1])]); // [B]
  return g.node("TensorScatter", [cached, blocks, places], { attributes: { axis: 2 } });
}
