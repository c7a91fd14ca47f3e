/**
 * Attention of LLaDA2 as ONNX nodes, over the keys and values of cached blocks and of the forward's own. Rows are of the graph's
 * real type, f32 or f16; RoPE and the softmax always compute in f32.
 *
 * Sizes: T rows = B blocks x S positions, D head dimension, n the most blocks that a block of the forward sees, p the most of
 * those that are blocks of the same forward.
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
 * Inputs of attention beside its rows. A block sees its predecessors and itself, each at its place: cached blocks come from
 * the pools, blocks of the same forward are written over them. So a block's numbers depend neither on which of its
 * predecessors were cached nor on the other blocks of the forward.
 */
export interface AttentionInputs {
  readonly cos: Value;
  readonly sin: Value;
  /** f32 [B, 1, 1, n * S], added to the scores: 0 where a key is seen, the target's `barred` past the block itself. */
  readonly mask: Value;
  /** [pages * kvHeads, S, D]. */
  readonly keyPool: Value;
  readonly valuePool: Value;
  /** i64 or i32 [B, kvHeads, n]: the pools' row for each block seen; any row for a place in `ownSlots` or past the block. */
  readonly pageRows: Value;
  /** i64 [B, kvHeads, p, 3]: block, head and place at which the forward's own blocks are seen; places are consecutive. */
  readonly ownSlots: Value;
  /** i64 or i32 [B, kvHeads, p]: index of each among this forward's [B * kvHeads] blocks and heads; any past the block. */
  readonly ownRows: Value;
}

export interface AttentionOptions {
  readonly prefix: string;
  readonly config: ModelConfig;
  readonly quantization: Quantization;
  /** S, for a target whose shapes are constants. */
  readonly blockLength?: number | undefined;
}

/** Attention of every row over the blocks it sees, and the forward's own keys and values [B, kvHeads, S, D]. */
export function attention(
  g: OnnxGraph,
  x: Value,
  inputs: AttentionInputs,
  { prefix, config, quantization, blockLength }: AttentionOptions,
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
  const scale = 1 / Math.sqrt(headDim);
  const norm = (heads4d: Value, kind: "query" | "key", scale = 1): Value =>
    rmsNorm(g, heads4d, { name: `${prefix}.${kind}_layernorm.weight`, dims: [headDim] }, rmsNormEps, scale);

  const all = headsFirst(g, splitHeads(g, qkv, { batch: inputs.mask, blockLength }, [heads + 2 * kvHeads, headDim]));
  const sizes = g.ints([heads, kvHeads, kvHeads]);
  const [q, k, values] = g.nodes("Split", [all, sizes], 3, { attributes: { axis: 1 } }) as [Value, Value, Value];
  const isFused = g.target.scores === "FusedMatMul";
  const queries = rotate(g, norm(q, "query", isFused ? 1 : scale), inputs, config);
  const keys = rotate(g, norm(k, "key"), inputs, config);
  const seen = (pool: Value, own: Value): Value =>
    g.node("Reshape", [
      gatherSeen(g, pool, blocksOf(g, own, headDim, blockLength), inputs),
      g.ints([0, 0, -1, headDim]),
    ]);
  const allKeys = seen(inputs.keyPool, keys);
  const allValues = seen(inputs.valuePool, values);

  // Heads that share keys are adjacent: [B, kvHeads, heads / kvHeads * S, D].
  const grouped = g.node("Reshape", [queries, g.ints([0, kvHeads, -1, headDim])]);
  const scores = isFused
    ? g.node("FusedMatMul", [grouped, allKeys], {
        domain: MICROSOFT,
        attributes: { transB: 1, alpha: { float: scale } },
      })
    : g.node("MatMul", [grouped, g.node("Transpose", [allKeys], { attributes: { perm: [0, 1, 3, 2] } })]);
  const masked = g.node("Add", [widen(g, scores), inputs.mask]);
  const shares = narrow(g, g.node("Softmax", [masked]));
  const mixed = g.node("Reshape", [g.node("MatMul", [shares, allValues]), g.ints([0, heads, -1, headDim])]);
  const rows = g.node("Reshape", [headsFirst(g, mixed), g.ints([-1, heads * headDim])]);
  const dense = matrix(`${prefix}.dense`, [[`${prefix}.dense.weight`, hiddenSize, heads * headDim]]);
  return { output: project(g, rows, dense, quantization), keys, values };
}

/** RoPE in f32: [B, heads, S, D] -> the same, with its first rotary dimensions rotated. */
function rotate(g: OnnxGraph, heads4d: Value, inputs: AttentionInputs, config: ModelConfig): Value {
  switch (g.target.rope) {
    case "RotaryEmbedding":
      return g.node("RotaryEmbedding", [heads4d, inputs.cos, inputs.sin], {
        attributes: { rotary_embedding_dim: config.rotaryDim },
      });
    case "elementwise":
      return rotateHalves(g, heads4d, inputs, config);
  }
}

/** RoPE out of operators that every provider has. */
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

/** [T, heads * D] -> [B, S, heads, D]; B is the first size of `batch`, S is `blockLength` if shapes are constants. */
function splitHeads(
  g: OnnxGraph,
  x: Value,
  { batch, blockLength }: { batch: Value; blockLength: number | undefined },
  [heads, headDim]: readonly [number, number],
): Value {
  if (g.target.shapes === "constant") {
    return g.node("Reshape", [x, g.ints([-1, constant(blockLength), heads, headDim])]);
  }
  const size = g.node("Shape", [batch], { attributes: { start: 0, end: 1 } });
  return g.node("Reshape", [x, g.node("Concat", [size, g.ints([-1, heads, headDim])], { attributes: { axis: 0 } })]);
}

/** [B, S, heads, D] <-> [B, heads, S, D] */
function headsFirst(g: OnnxGraph, x: Value): Value {
  return g.node("Transpose", [x], { attributes: { perm: [0, 2, 1, 3] } });
}

/** Keys or values of the blocks that each block sees, in order: [B, kvHeads, n, S, D]. `own` is [B * kvHeads, S, D]. */
function gatherSeen(g: OnnxGraph, pool: Value, own: Value, inputs: AttentionInputs): Value {
  const cached = g.node("Gather", [pool, inputs.pageRows]); // [B, kvHeads, n, S, D]
  const ownSeen = g.node("Gather", [own, inputs.ownRows]); // [B, kvHeads, p, S, D]
  return overlay(g, cached, ownSeen, inputs.ownSlots);
}

/** [B, kvHeads, S, D] -> [B * kvHeads, S, D] */
export function blocksOf(g: OnnxGraph, own: Value, headDim: number, blockLength: number | undefined): Value {
  if (g.target.shapes === "constant") return g.node("Reshape", [own, g.ints([-1, constant(blockLength), headDim])]);
  const blockShape = g.node("Shape", [own], { attributes: { start: 2, end: 4 } });
  return g.node("Reshape", [own, g.node("Concat", [g.ints([-1]), blockShape], { attributes: { axis: 0 } })]);
}

function constant(blockLength: number | undefined): number {
  if (blockLength === undefined) throw new Error("a target whose shapes are constants needs the block length");
  return blockLength;
}

/** Writes `blocks` [B, kvHeads, p, S, D] at their slots over `cached` [B, kvHeads, n, S, D]. */
function overlay(g: OnnxGraph, cached: Value, blocks: Value, slots: Value): Value {
  switch (g.target.overlay) {
    case "TensorScatter": {
      const first = g.node("Slice", [slots, g.ints([0, 0, 2]), g.ints([1, 1, 3]), g.ints([1, 2, 3])]);
      const places = g.node("Reshape", [first, g.ints([-1])]); // [B]
      return g.node("TensorScatter", [cached, blocks, places], { attributes: { axis: 2 } });
    }
    case "ScatterND":
      return g.node("ScatterND", [cached, slots, blocks]);
  }
}
