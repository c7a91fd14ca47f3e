/**
 * A rank's experts as one QMoE node, for the CUDA provider. QMoE routes by a softmax over what it is fed, so it is fed the
 * logarithms of the router's weights; it normalizes them over the rank's experts, which multiplying by their sum undoes.
 * QMoE's input for ready weights is not used: the CUDA provider does not read it. Sizes as in layers.ts.
 */
import type { ModelConfig } from "./config.ts";
import { downMatrix, gateUpMatrix, narrow, scalesWeight } from "./layers.ts";
import { MICROSOFT, type OnnxGraph, type Value } from "./onnx-graph.ts";
import { type CheckpointTensor, QUANTIZATION_BLOCK, type Quantization } from "./weights.ts";

/** Fed for an expert that was not chosen. Its exponential is 0, and f16 can hold it. */
const NOT_CHOSEN = -1e4;

/** Keeps rows that chose none of the rank's experts from dividing by 0; below any weight of use. */
const SMALLEST_WEIGHT = 1e-30;

export interface FusedExpertInputs {
  /** i64 [T, K]: expert ids, of all ranks. */
  readonly experts: Value;
  /** f32 [T, K]. */
  readonly weights: Value;
}

/** What keeps a model's experts from running as QMoE on CUDA, in words. Source: the limits of onnxruntime's kernel. */
export function fusedExpertFaults(config: ModelConfig, quantization: Quantization): string[] {
  const sizes = { hidden_size: config.hiddenSize, moe_intermediate_size: config.moeIntermediateSize };
  return [
    ...(quantization === "none" ? ["the cuda target needs --quantize int4 or int8"] : []),
    // Blocks of 128 columns must fill a row; that makes the sizes multiples of 64, which the kernel demands, as well.
    ...Object.entries(sizes)
      .filter(([, size]) => size % QUANTIZATION_BLOCK !== 0)
      .map(([key, size]) => `${key} ${size} is not a multiple of ${QUANTIZATION_BLOCK}, which the cuda target needs`),
  ];
}

/** A rank's part of the weighted sum over the chosen experts [1, T, H]: exactly 0 for rows that chose none of them. */
export function fusedExperts(
  g: OnnxGraph,
  x: Value,
  prefix: string,
  local: readonly number[],
  config: ModelConfig,
  inputs: FusedExpertInputs,
  bits: 8 | 4,
): Value {
  const { hiddenSize, moeIntermediateSize, topK } = config;
  const weights = localWeights(g, inputs, local, config.experts); // [T, E]
  const largest = g.node("ReduceMax", [weights, g.ints([1])]);
  // A softmax does not see the division, but f16 holds logarithms near 0 best.
  const shares = g.node("Div", [weights, g.node("Max", [largest, g.floats([SMALLEST_WEIGHT], [])])]);
  const isChosen = g.node("Greater", [shares, g.floats([0], [])]);
  const fed = g.node("Where", [isChosen, g.node("Log", [shares]), g.floats([NOT_CHOSEN], [])]);

  const names = local.map((expert) => `${prefix}.experts.${expert}`);
  const gateUp = names.flatMap((name) => gateUpMatrix(name, moeIntermediateSize, hiddenSize).sources);
  const down = names.flatMap((name) => downMatrix(name, moeIntermediateSize, hiddenSize).sources);
  const stacked = (
    name: string,
    rows: number,
    columns: number,
    sources: readonly CheckpointTensor[],
    pairs: boolean,
  ) => {
    const order = { interleaved: pairs };
    const dims = [local.length, rows, (columns * bits) / 8];
    const values = g.weight({ name: `${name}.values`, encoding: "quantized", bits, dims, sources, ...order });
    const scaleDims = [local.length, rows, columns / QUANTIZATION_BLOCK];
    return [values, scalesWeight(g, name, bits, scaleDims, sources, order)];
  };
  const [inner, innerScales] = stacked(`${prefix}.experts.gate_up`, 2 * moeIntermediateSize, hiddenSize, gateUp, true);
  const [outer, outerScales] = stacked(`${prefix}.experts.down`, hiddenSize, moeIntermediateSize, down, false);
  const absent = "";
  const mean = g.node("QMoE", [x, narrow(g, fed), inner, innerScales, absent, outer, outerScales] as Value[], {
    domain: MICROSOFT,
    attributes: {
      k: Math.min(topK, local.length),
      activation_type: "swiglu",
      swiglu_fusion: 1, // gate and up alternate
      activation_alpha: { float: 1 },
      activation_beta: { float: 0 },
      normalize_routing_weights: 1,
      expert_weight_bits: bits,
      block_size: QUANTIZATION_BLOCK,
      ...(g.real === "f16" && { weights_prepacked: 0 }),
    },
  });
  const sum = narrow(g, g.node("ReduceSum", [weights, g.ints([1])])); // [T, 1]
  return g.node("Unsqueeze", [g.node("Mul", [mean, sum]), g.ints([0])]);
}

/** The router's weights [T, E] of the rank's experts; 0 where not chosen. */
function localWeights(g: OnnxGraph, inputs: FusedExpertInputs, local: readonly number[], experts: number): Value {
  const rows = g.node("Shape", [inputs.experts], { attributes: { start: 0, end: 1 } });
  const shape = g.node("Concat", [rows, g.ints([experts])], { attributes: { axis: 0 } });
  const zeros = g.node("Expand", [g.floats([0], [1, 1]), shape]);
  const all = g.node("ScatterElements", [zeros, inputs.experts, inputs.weights], { attributes: { axis: 1 } });
  return g.node("Gather", [all, g.ints(local)], { attributes: { axis: 1 } });
}
