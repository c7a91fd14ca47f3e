/**
 * The layers of LLaDA2 as ONNX nodes: projection, attention over cached and own keys, router, experts. Wiring them into the
 * files of a package is package-plan.ts. Rows are of the graph's real type, f32 or f16; the router, RoPE and the softmax are f32
 * in both.
 *
 * Sizes: T rows = B blocks x S positions, H hidden, D head dimension, n blocks that the longest-reaching of the B sees, E
 * experts of a rank, K experts per token, A assignments of rows to a rank's experts.
 */
import { TensorProto_DataType as DataType } from "@palimpsest/proto/onnx";
import type { ModelConfig } from "./config.ts";
import { MICROSOFT, type OnnxGraph, type Value } from "./onnx-graph.ts";
import { type CheckpointTensor, QUANTIZATION_BLOCK, type Quantization, type Weight } from "./weights.ts";

/** MatMulNBits with 8-bit activations: much faster than with f32 ones, for a little noise (docs/benchmarks.md). */
const INT8_ACTIVATIONS = 4;

/** Added to the sum of the chosen scores before dividing by it, as the reference does. */
const ROUTER_EPSILON = 1e-20;

/** A weight matrix [rows, columns], possibly of several checkpoint matrices stacked on each other. */
export interface Matrix {
  readonly name: string;
  readonly sources: readonly CheckpointTensor[];
}

/** x [T, columns] times the matrix transposed: [T, rows]. */
export function project(g: OnnxGraph, x: Value, matrix: Matrix, quantization: Quantization): Value {
  const rows = matrix.sources.reduce((sum, source) => sum + (source.dims[0] as number), 0);
  const columns = matrix.sources[0]?.dims[1] as number;
  const { name, sources } = matrix;
  if (quantization === "none") {
    const weight = realWeight(g, name, [rows, columns], sources);
    return g.node("Gemm", [x, weight], { attributes: { transB: 1 } });
  }
  const bits = quantization === "int8" ? 8 : 4;
  const blocks = Math.ceil(columns / QUANTIZATION_BLOCK);
  const blockBytes = (QUANTIZATION_BLOCK * bits) / 8;
  const values = g.weight({
    name: `${name}.values`,
    encoding: "quantized",
    bits,
    dims: [rows, blocks, blockBytes],
    sources,
  });
  const scales = scalesWeight(g, name, bits, [rows * blocks], sources);
  return g.node("MatMulNBits", [x, values, scales], {
    domain: MICROSOFT,
    attributes: {
      K: columns,
      N: rows,
      bits,
      block_size: QUANTIZATION_BLOCK,
      ...(g.real === "f32" && { accuracy_level: INT8_ACTIVATIONS }),
    },
  });
}

/** A weight of the graph's real type. */
export function realWeight(
  g: OnnxGraph,
  name: string,
  dims: readonly number[],
  sources: readonly CheckpointTensor[],
): Value {
  return g.weight({ name, encoding: g.real, bits: g.real === "f32" ? 32 : 16, dims, sources });
}

/** The scales of the quantized weight `name`, of the graph's real type. */
export function scalesWeight(
  g: OnnxGraph,
  name: string,
  bits: 8 | 4,
  dims: readonly number[],
  sources: readonly CheckpointTensor[],
  options: Pick<Weight, "interleaved"> = {},
): Value {
  const encoding = g.real === "f32" ? "scales" : "f16-scales";
  return g.weight({ name: `${name}.scales`, encoding, bits, dims, sources, ...options });
}

/** Real values as f32. */
export function widen(g: OnnxGraph, x: Value): Value {
  return g.real === "f32" ? x : g.node("Cast", [x], { attributes: { to: DataType.FLOAT } });
}

/** f32 values as the graph's real type. */
export function narrow(g: OnnxGraph, x: Value): Value {
  return g.real === "f32" ? x : g.node("Cast", [x], { attributes: { to: DataType.FLOAT16 } });
}

/** RMSNorm over the last axis. */
export function rmsNorm(g: OnnxGraph, x: Value, tensor: CheckpointTensor, epsilon: number): Value {
  const weight = realWeight(g, tensor.name, tensor.dims, [tensor]);
  // The same with f32 sums inside; the older operator is the one that onnxruntime documents for its CUDA provider.
  if (g.real === "f16") {
    return g.node("SimplifiedLayerNormalization", [x, weight], {
      attributes: { axis: -1, epsilon: { float: epsilon }, stash_type: DataType.FLOAT },
    });
  }
  return g.node("RMSNormalization", [x, weight], { attributes: { axis: -1, epsilon: { float: epsilon } } });
}

/** down(silu(gate x) * up x), with gate and up stacked in one matrix. */
export function feedForward(g: OnnxGraph, x: Value, gateUp: Matrix, down: Matrix, quantization: Quantization): Value {
  return project(g, swiglu(g, project(g, x, gateUp, quantization)), down, quantization);
}

/** x [T, H] plus the sum of the experts' partial results [R, T, H], in rank order. */
export function addPartials(g: OnnxGraph, x: Value, partials: Value): Value {
  if (g.real === "f16") {
    // R is 0 after a dense layer, and CUDA's ReduceSum leaves a sum over nothing unwritten.
    const all = g.node("Concat", [g.node("Unsqueeze", [x, g.ints([0])]), partials], { attributes: { axis: 0 } });
    return g.node("ReduceSum", [all, g.ints([0])], { attributes: { keepdims: 0 } });
  }
  const sum = g.node("ReduceSum", [partials, g.ints([0])], { attributes: { keepdims: 0 } });
  return g.node("Add", [x, sum]);
}

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
  /** i64 [B, kvHeads, n]: the pools' row for each block seen; any row where `ownSlots` says otherwise. */
  readonly pageRows: Value;
  /** i64 [U, 3]: block, head and place at which a block of this forward is seen. */
  readonly ownSlots: Value;
  /** i64 [U]: which of this forward's [B * kvHeads] blocks and heads that is. */
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
  const sizes = g.ints([heads * headDim, kvHeads * headDim, kvHeads * headDim]);
  const [q, k, v] = g.nodes("Split", [qkv, sizes], 3, { attributes: { axis: 1 } }) as [Value, Value, Value];
  const norm = (heads4d: Value, kind: "query" | "key"): Value =>
    rmsNorm(g, heads4d, { name: `${prefix}.${kind}_layernorm.weight`, dims: [headDim] }, rmsNormEps);
  const rotate = (heads4d: Value): Value =>
    g.real === "f16"
      ? rotateHalves(g, heads4d, inputs, config)
      : g.node("RotaryEmbedding", [heads4d, inputs.cos, inputs.sin], {
          attributes: { rotary_embedding_dim: config.rotaryDim },
        });

  const queries = rotate(headsFirst(g, norm(splitHeads(g, q, inputs.mask, heads, headDim), "query")));
  const keys = rotate(headsFirst(g, norm(splitHeads(g, k, inputs.mask, kvHeads, headDim), "key")));
  const values = headsFirst(g, splitHeads(g, v, inputs.mask, kvHeads, headDim));
  const allKeys = seen(g, inputs.keyPool, keys, inputs, headDim);
  const allValues = seen(g, inputs.valuePool, values, inputs, headDim);

  // Heads that share keys stand together: [B, kvHeads, heads / kvHeads * S, D].
  const grouped = g.node("Reshape", [queries, g.ints([0, kvHeads, -1, headDim])]);
  const scores = g.node("FusedMatMul", [grouped, allKeys], {
    domain: MICROSOFT,
    attributes: { transB: 1, alpha: { float: 1 / Math.sqrt(headDim) } },
  });
  const masked = g.node("Add", [widen(g, g.node("Reshape", [scores, g.ints([0, heads, -1, 0])])), inputs.mask]);
  const shares = g.node("Reshape", [narrow(g, g.node("Softmax", [masked])), g.ints([0, kvHeads, -1, 0])]);
  const mixed = g.node("Reshape", [g.node("MatMul", [shares, allValues]), g.ints([0, heads, -1, headDim])]);
  const rows = g.node("Reshape", [headsFirst(g, mixed), g.ints([-1, heads * headDim])]);
  const dense = matrix(`${prefix}.dense`, [[`${prefix}.dense.weight`, hiddenSize, heads * headDim]]);
  return { output: project(g, rows, dense, quantization), keys, values };
}

/**
 * Top-k of sigmoid scores, of the best groups or, with block routing, of the block's pool; the bias takes part in choosing
 * only. Source: the reference routers of 2.1 and 2.2, f32 throughout.
 * @param blocks any value [B, S, ...]: how the rows fall into blocks
 * @returns expert ids i64 [T, K] and their weights f32 [T, K]
 */
export function router(
  g: OnnxGraph,
  x: Value,
  prefix: string,
  config: ModelConfig,
  blocks: Value,
): { experts: Value; weights: Value } {
  const { experts, expertGroups, topKGroups, blockExperts = experts, topK, hiddenSize } = config;
  const { name, sources } = matrix(`${prefix}.gate`, [[`${prefix}.gate.weight`, experts, hiddenSize]]);
  const gate = g.weight({ name, encoding: "f32", bits: 32, dims: [experts, hiddenSize], sources });
  const scores = g.node("Sigmoid", [g.node("Gemm", [widen(g, x), gate], { attributes: { transB: 1 } })]);
  let ranked = scores;
  if (config.expertBias) {
    const tensor = { name: `${prefix}.gate.expert_bias`, dims: [experts] };
    ranked = g.node("Add", [scores, g.weight({ ...tensor, encoding: "f32", bits: 32, sources: [tensor] })]);
  }
  if (topKGroups < expertGroups) {
    const groups = g.node("Reshape", [ranked, g.ints([-1, expertGroups, experts / expertGroups])]);
    const best = g.nodes("TopK", [groups, g.ints([Math.min(2, experts / expertGroups)])], 2)[0] as Value;
    const groupScores = g.node("ReduceSum", [best, g.ints([2])], { attributes: { keepdims: 0 } });
    const kept = g.node("Unsqueeze", [amongBest(g, groupScores, topKGroups, expertGroups), g.ints([2])]);
    ranked = g.node("Reshape", [keepOnly(g, kept, groups), g.ints([-1, experts])]);
  }
  if (blockExperts < experts) {
    const blockShape = g.node("Shape", [blocks], { attributes: { start: 0, end: 2 } });
    const shape = g.node("Concat", [blockShape, g.ints([experts])], { attributes: { axis: 0 } });
    const perBlock = g.node("Reshape", [ranked, shape]); // [B, S, E]
    const best = g.node("ReduceMax", [perBlock, g.ints([1])], { attributes: { keepdims: 0 } });
    const pool = g.node("Unsqueeze", [amongBest(g, best, blockExperts, experts), g.ints([1])]);
    ranked = g.node("Reshape", [keepOnly(g, pool, perBlock), g.ints([-1, experts])]);
  }
  const chosen = g.nodes("TopK", [ranked, g.ints([topK])], 2)[1] as Value;
  const chosenScores = g.node("GatherElements", [scores, chosen], { attributes: { axis: 1 } });
  const sum = g.node("Add", [g.node("ReduceSum", [chosenScores, g.ints([1])]), g.floats([ROUTER_EPSILON], [])]);
  const weights = g.node("Mul", [g.node("Div", [chosenScores, sum]), g.floats([config.routedScalingFactor], [])]);
  return { experts: chosen, weights };
}

/** How a rank's rows are laid out for its experts; parallel/permutation.ts makes it. */
export interface ExpertInputs {
  /** i64 [A]: the row of each assignment, grouped by local expert. */
  readonly rows: Value;
  /** i64 [E]: assignments of each local expert. */
  readonly counts: Value;
  /** i64 [T, K]: where in [A] each choice of a token stands; A itself for a choice that another rank holds. */
  readonly slots: Value;
  /** f32 [T, K]. */
  readonly weights: Value;
}

/** A rank's part of the weighted sum over the chosen experts: [1, T, H]. */
export function experts(
  g: OnnxGraph,
  x: Value,
  prefix: string,
  local: readonly number[],
  config: ModelConfig,
  inputs: ExpertInputs,
  quantization: Quantization,
): Value {
  const { hiddenSize, moeIntermediateSize } = config;
  const perExpert = (rows: Value, matrixOf: (expert: string) => Matrix): Value[] => {
    const parts = g.nodes("Split", [rows, inputs.counts], local.length, { attributes: { axis: 0 } });
    return parts.map((part, i) => project(g, part, matrixOf(`${prefix}.experts.${local[i]}`), quantization));
  };
  const join = (parts: readonly Value[]): Value => g.node("Concat", parts, { attributes: { axis: 0 } });

  const assigned = g.node("Gather", [x, inputs.rows]);
  const inner = swiglu(g, join(perExpert(assigned, (expert) => gateUpMatrix(expert, moeIntermediateSize, hiddenSize))));
  const outputs = perExpert(inner, (expert) => downMatrix(expert, moeIntermediateSize, hiddenSize));
  // The extra row of zeros is what a choice held by another rank adds here.
  const zero = g.floats(new Array<number>(hiddenSize).fill(0), [1, hiddenSize]);
  const chosen = g.node("Gather", [join([...outputs, zero]), inputs.slots]); // [T, K, H]
  const sum = g.node("MatMul", [g.node("Unsqueeze", [inputs.weights, g.ints([1])]), chosen]); // [T, 1, H]
  return g.node("Reshape", [sum, g.ints([1, -1, hiddenSize])]);
}

/** gate_proj over up_proj of an FFN: [2 * inner, H]. */
export function gateUpMatrix(prefix: string, inner: number, hiddenSize: number): Matrix {
  return matrix(`${prefix}.gate_up`, [
    [`${prefix}.gate_proj.weight`, inner, hiddenSize],
    [`${prefix}.up_proj.weight`, inner, hiddenSize],
  ]);
}

/** down_proj of an FFN: [H, inner]. */
export function downMatrix(prefix: string, inner: number, hiddenSize: number): Matrix {
  return matrix(`${prefix}.down`, [[`${prefix}.down_proj.weight`, hiddenSize, inner]]);
}

/** A matrix of checkpoint tensors [name, rows, columns] stacked on each other. */
export function matrix(name: string, tensors: readonly (readonly [string, number, number])[]): Matrix {
  return { name, sources: tensors.map(([tensor, rows, columns]) => ({ name: tensor, dims: [rows, columns] })) };
}

/** Whether each of [N, size] is among the `count` largest of its row. */
function amongBest(g: OnnxGraph, values: Value, count: number, size: number): Value {
  const best = g.nodes("TopK", [values, g.ints([count])], 2)[1] as Value;
  const oneHot = g.node("OneHot", [best, g.ints([size], []), g.floats([0, 1])]);
  const hits = g.node("ReduceMax", [oneHot, g.ints([1])], { attributes: { keepdims: 0 } });
  return g.node("Greater", [hits, g.floats([0], [])]);
}

/** The values where `kept` says so, -inf elsewhere. */
function keepOnly(g: OnnxGraph, kept: Value, values: Value): Value {
  return g.node("Where", [kept, values, g.floats([Number.NEGATIVE_INFINITY], [])]);
}

function swiglu(g: OnnxGraph, gateUp: Value): Value {
  const [gate, up] = g.nodes("Split", [gateUp], 2, { attributes: { axis: 1, num_outputs: 2 } }) as [Value, Value];
  // QuickGelu with alpha 1 is SiLU.
  const activated = g.node("QuickGelu", [gate], { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
  return g.node("Mul", [activated, up]);
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
  const all = g.node("ScatterND", [cached, inputs.ownSlots, g.node("Gather", [ownBlocks, inputs.ownRows])]);
  return g.node("Reshape", [all, g.ints([0, 0, -1, headDim])]);
}
