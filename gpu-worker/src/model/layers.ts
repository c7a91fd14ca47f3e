/**
 * The layers of LLaDA2 as ONNX nodes: projection, router, experts. attention.ts has the rest, and package-plan.ts wires both
 * into the files of a package. Rows are of the graph's real type, f32 or f16; the router always computes in f32.
 *
 * Sizes: T rows = B blocks x S positions, H hidden, E experts of a rank, K experts per token, A assignments of rows to a rank's
 * experts.
 */
import { TensorProto_DataType as DataType } from "@palimpsest/proto/onnx";
import type { ModelConfig } from "./config.ts";
import { MICROSOFT, type OnnxGraph, type Value } from "./onnx-graph.ts";
import type { RealType } from "./target.ts";
import { type CheckpointTensor, QUANTIZATION_BLOCK, type Quantization, type Weight } from "./weights.ts";

/** MatMulNBits' `accuracy_level` for 8-bit activations. */
const INT8_ACTIVATIONS = 4;

/** Added to the sum of the chosen scores before dividing by it, as the reference does. */
const ROUTER_EPSILON = 1e-20;

const REAL_BITS: Readonly<Record<RealType, 32 | 16>> = { f32: 32, f16: 16 };

/** A weight matrix [rows, columns], made of one or several checkpoint matrices, stacked or side by side. */
export interface Matrix {
  readonly name: string;
  readonly sources: readonly CheckpointTensor[];
  /** The sources stand side by side. If they are quantized, their columns must be a multiple of the quantization block. */
  readonly sideBySide?: boolean;
}

/** x [T, columns] times the matrix transposed: [T, rows]. */
export function project(g: OnnxGraph, x: Value, matrix: Matrix, quantization: Quantization): Value {
  const { name, sources, sideBySide } = matrix;
  const sum = (axis: 0 | 1): number => sources.reduce((sum, { dims }) => sum + (dims[axis] as number), 0);
  const rows = sideBySide ? (sources[0]?.dims[0] as number) : sum(0);
  const columns = sideBySide ? sum(1) : (sources[0]?.dims[1] as number);
  const joined = sideBySide ? { interleaved: sources.length } : {};
  if (quantization === "none") {
    const weight = realWeight(g, name, [rows, columns], sources, joined);
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
    ...joined,
  });
  const scales = scalesWeight(g, { name, bits, dims: [rows * blocks], sources, ...joined });
  return g.node("MatMulNBits", [x, values, scales], {
    domain: MICROSOFT,
    attributes: {
      K: columns,
      N: rows,
      bits,
      block_size: QUANTIZATION_BLOCK,
      ...(g.target.int8Activations && { accuracy_level: INT8_ACTIVATIONS }),
    },
  });
}

/** Declares a weight of the graph's real type. */
export function realWeight(
  g: OnnxGraph,
  name: string,
  dims: readonly number[],
  sources: readonly CheckpointTensor[],
  joined: Pick<Weight, "interleaved"> = {},
): Value {
  return g.weight({ name, encoding: g.real, bits: REAL_BITS[g.real], dims, sources, ...joined });
}

/** Declares the scales of the quantized weight `name`, in the graph's real type. */
export function scalesWeight(g: OnnxGraph, { name, ...weight }: Omit<Weight, "encoding">): Value {
  const encoding = g.real === "f32" ? "scales" : "f16-scales";
  return g.weight({ name: `${name}.scales`, encoding, ...weight });
}

/** Casts rows of the real type to f32. */
export function widen(g: OnnxGraph, x: Value): Value {
  return g.real === "f32" ? x : g.node("Cast", [x], { attributes: { to: DataType.FLOAT } });
}

/** Casts f32 rows to the graph's real type. */
export function narrow(g: OnnxGraph, x: Value): Value {
  return g.real === "f32" ? x : g.node("Cast", [x], { attributes: { to: DataType.FLOAT16 } });
}

/** RMSNorm over the last axis, times `scale`, with f32 sums in both operators. */
export function rmsNorm(g: OnnxGraph, x: Value, tensor: CheckpointTensor, epsilon: number, scale = 1): Value {
  const stored = realWeight(g, tensor.name, tensor.dims, [tensor]);
  // onnxruntime multiplies constants once, when it opens the graph.
  const weight = scale === 1 ? stored : g.node("Mul", [stored, g.floats([scale], [])]);
  const attributes = { axis: -1, epsilon: { float: epsilon } };
  switch (g.target.norm) {
    case "RMSNormalization":
      return g.node("RMSNormalization", [x, weight], { attributes });
    case "SimplifiedLayerNormalization":
      return g.node("SimplifiedLayerNormalization", [x, weight], {
        attributes: { ...attributes, stash_type: DataType.FLOAT },
      });
  }
}

export interface FeedForward {
  /** gate_proj over up_proj: [2 * inner, H]. */
  readonly gateUp: Matrix;
  /** [H, inner]. */
  readonly down: Matrix;
  readonly quantization: Quantization;
}

/** down(silu(gate x) * up x). */
export function feedForward(g: OnnxGraph, x: Value, { gateUp, down, quantization }: FeedForward): Value {
  return project(g, swiglu(g, project(g, x, gateUp, quantization)), down, quantization);
}

/** x [T, H] plus the sum of the experts' partial results [R, T, H], in rank order. */
export function addPartials(g: OnnxGraph, x: Value, partials: Value): Value {
  switch (g.target.partialSum) {
    case "Einsum":
      return g.node("Add", [x, g.node("Einsum", [partials], { attributes: { equation: "rth->th" } })]);
    case "ReduceSum": {
      // R is 0 after a dense layer, and CUDA's ReduceSum leaves a sum over nothing unwritten: x joins the sum.
      const all = g.node("Concat", [g.node("Unsqueeze", [x, g.ints([0])]), partials], { attributes: { axis: 0 } });
      return g.node("ReduceSum", [all, g.ints([0])], { attributes: { keepdims: 0 } });
    }
  }
}

export interface RouterOptions {
  readonly prefix: string;
  readonly config: ModelConfig;
  /** Any value [B, S, ...]; its first two sizes divide the rows into blocks. */
  readonly blocks: Value;
  /** S, for a target whose shapes are constants. */
  readonly blockLength?: number | undefined;
}

/**
 * Chooses each row's experts: the top-k of the sigmoid scores among the best groups or, with block routing, among the block's
 * pool. The bias only affects the choice. Source: the reference routers of 2.1 and 2.2, f32 throughout.
 * @returns expert ids i64 [T, K] and their weights f32 [T, K]
 */
export function router(g: OnnxGraph, x: Value, options: RouterOptions): { experts: Value; weights: Value } {
  const { topK } = options.config;
  const { scores, ranked } = rankedScores(g, x, options);
  const chosen = g.nodes("TopK", [ranked, g.ints([topK])], 2)[1] as Value;
  const chosenScores = g.node("GatherElements", [scores, chosen], { attributes: { axis: 1 } });
  return { experts: chosen, weights: shares(g, chosenScores, options.config) };
}

/** The same choice as weights f32 [T, E], 0 for an expert that was not chosen. Equal scores at the border are all chosen. */
export function routerWeights(g: OnnxGraph, x: Value, options: RouterOptions): Value {
  const { scores, ranked } = rankedScores(g, x, options);
  const isChosen = atLeastKth(g, ranked, options.config.topK);
  return shares(g, g.node("Where", [isChosen, scores, g.floats([0], [])]), options.config);
}

/** Scores [T, E], and the same with their bias and without the experts that the row cannot choose. */
function rankedScores(
  g: OnnxGraph,
  x: Value,
  { prefix, config, blocks, blockLength }: RouterOptions,
): { scores: Value; ranked: Value } {
  const { experts, expertGroups, topKGroups, blockExperts = experts, hiddenSize } = config;
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
    const perBlock = g.node("Reshape", [ranked, perBlockShape(g, blocks, blockLength, experts)]); // [B, S, E]
    const best = g.node("ReduceMax", [perBlock, g.ints([1])], { attributes: { keepdims: 0 } });
    const pool = g.node("Unsqueeze", [amongBest(g, best, blockExperts, experts), g.ints([1])]);
    ranked = g.node("Reshape", [keepOnly(g, pool, perBlock), g.ints([-1, experts])]);
  }
  return { scores, ranked };
}

/** [B, S, E] of rows that `blocks` divides. */
function perBlockShape(g: OnnxGraph, blocks: Value, blockLength: number | undefined, experts: number): Value {
  if (g.target.shapes === "constant") {
    if (blockLength === undefined) throw new Error("a target whose shapes are constants needs the block length");
    return g.ints([-1, blockLength, experts]);
  }
  const blockShape = g.node("Shape", [blocks], { attributes: { start: 0, end: 2 } });
  return g.node("Concat", [blockShape, g.ints([experts])], { attributes: { axis: 0 } });
}

/** The chosen scores of each row as shares of their sum, times the model's factor. */
function shares(g: OnnxGraph, chosenScores: Value, { routedScalingFactor }: ModelConfig): Value {
  const sum = g.node("Add", [g.node("ReduceSum", [chosenScores, g.ints([1])]), g.floats([ROUTER_EPSILON], [])]);
  return g.node("Mul", [g.node("Div", [chosenScores, sum]), g.floats([routedScalingFactor], [])]);
}

/** A rank's rows, sorted by expert; parallel/permutation.ts computes the order. */
export interface ExpertInputs {
  /** i64 [A]: the row of each assignment, grouped by local expert. */
  readonly rows: Value;
  /** i64 [E]: assignments of each local expert. */
  readonly counts: Value;
  /** i64 [T, K]: the index in [A] of each choice of a token; A itself for an expert of another rank. */
  readonly slots: Value;
  /** f32 [T, K]. */
  readonly weights: Value;
}

/** The experts of a layer that a rank holds. */
export interface LocalExperts {
  readonly prefix: string;
  /** Their ids. */
  readonly local: readonly number[];
  readonly config: ModelConfig;
  readonly quantization: Quantization;
}

/** A rank's part of the weighted sum over the chosen experts: [1, T, H]. */
export function experts(g: OnnxGraph, x: Value, inputs: ExpertInputs, options: LocalExperts): Value {
  const { prefix, local, config, quantization } = options;
  const { hiddenSize, moeIntermediateSize } = config;
  const perExpert = (rows: Value, matrixOf: (expert: string) => Matrix): Value[] => {
    const parts = g.nodes("Split", [rows, inputs.counts], local.length, { attributes: { axis: 0 } });
    return parts.map((part, i) => project(g, part, matrixOf(`${prefix}.experts.${local[i]}`), quantization));
  };
  const join = (parts: readonly Value[]): Value => g.node("Concat", parts, { attributes: { axis: 0 } });

  const assigned = g.node("Gather", [x, inputs.rows]);
  const inner = swiglu(g, join(perExpert(assigned, (expert) => gateUpMatrix(expert, moeIntermediateSize, hiddenSize))));
  const outputs = perExpert(inner, (expert) => downMatrix(expert, moeIntermediateSize, hiddenSize));
  // A choice held by another rank points at the extra row of zeros.
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

/** A matrix of stacked checkpoint tensors [name, rows, columns]. */
export function matrix(name: string, tensors: readonly (readonly [string, number, number])[]): Matrix {
  return { name, sources: tensors.map(([tensor, rows, columns]) => ({ name: tensor, dims: [rows, columns] })) };
}

/** Booleans [N, size]: true for the `count` largest of each row. */
function amongBest(g: OnnxGraph, values: Value, count: number, size: number): Value {
  if (g.target.shapes === "constant") return atLeastKth(g, values, count);
  const best = g.nodes("TopK", [values, g.ints([count])], 2)[1] as Value;
  const oneHot = g.node("OneHot", [best, g.ints([size], []), g.floats([0, 1])]);
  const hits = g.node("ReduceMax", [oneHot, g.ints([1])], { attributes: { keepdims: 0 } });
  return g.node("Greater", [hits, g.floats([0], [])]);
}

/** Booleans [N, size]: true for values that are not below the k-th best of their row, without ids and a scatter. */
function atLeastKth(g: OnnxGraph, values: Value, k: number): Value {
  const best = g.nodes("TopK", [values, g.ints([k])], 2)[0] as Value;
  const kth = k === 1 ? best : g.node("Slice", [best, g.ints([k - 1]), g.ints([k]), g.ints([1])]);
  return g.node("GreaterOrEqual", [values, kth]);
}

/** The values where `kept` is true, the target's `barred` elsewhere. */
function keepOnly(g: OnnxGraph, kept: Value, values: Value): Value {
  return g.node("Where", [kept, values, g.floats([g.target.barred], [])]);
}

/** silu(gate) * up of rows whose two halves along `axis` are gate and up. */
export function swiglu(g: OnnxGraph, gateUp: Value, axis = 1): Value {
  const [gate, up] = g.nodes("Split", [gateUp], 2, { attributes: { axis, num_outputs: 2 } }) as [Value, Value];
  // QuickGelu with alpha 1 is SiLU.
  const activated = g.node("QuickGelu", [gate], { domain: MICROSOFT, attributes: { alpha: { float: 1 } } });
  return g.node("Mul", [activated, up]);
}
