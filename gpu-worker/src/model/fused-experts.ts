/**
 * A rank's experts as one QMoE node, for the CUDA provider. QMoE routes by a softmax over its input, so its input is the
 * logarithms of the router's weights. It normalizes them over the rank's experts; multiplying by their sum undoes that.
 * QMoE also has an input for final weights, but the CUDA provider ignores it. Sizes as in layers.ts.
 */
import type { ModelConfig } from "./config.ts";
import { downMatrix, gateUpMatrix, type LocalExperts, narrow, scalesWeight } from "./layers.ts";
import { MICROSOFT, type OnnxGraph, type Value } from "./onnx-graph.ts";
import { type CheckpointTensor, QUANTIZATION_BLOCK, type Quantization } from "./weights.ts";

/** QMoE's input for an expert that was not chosen. Its exponential is 0, and f16 can represent it. */
const NOT_CHOSEN = -1e4;

/** Avoids dividing by 0 for rows that chose none of the rank's experts; below any useful weight. */
const SMALLEST_WEIGHT = 1e-30;

export interface FusedExpertInputs {
  /** i64 [T, K]: expert ids, those of other ranks included. */
  readonly experts: Value;
  /** f32 [T, K]. */
  readonly weights: Value;
}

/** Reasons why a model's experts cannot run as QMoE on CUDA; empty if they can. Source: the limits of onnxruntime's kernel. */
export function fusedExpertFaults(config: ModelConfig, quantization: Quantization): string[] {
  const sizes = { hidden_size: config.hiddenSize, moe_intermediate_size: config.moeIntermediateSize };
  return [
    ...(quantization === "none" ? ["the cuda target needs --quantize int4 or int8"] : []),
    // Blocks of 128 columns must fill a row. The kernel's own demand, multiples of 64, follows from that.
    ...Object.entries(sizes)
      .filter(([, size]) => size % QUANTIZATION_BLOCK !== 0)
      .map(([key, size]) => `${key} ${size} is not a multiple of ${QUANTIZATION_BLOCK}, which the cuda target needs`),
  ];
}

/** A rank's part of the weighted sum over the chosen experts [1, T, H]: exactly 0 for rows that chose none of them. */
export function fusedExperts(g: OnnxGraph, x: Value, inputs: FusedExpertInputs, options: LocalExperts): Value {
  const { prefix, local, config, quantization } = options;
  const { hiddenSize, moeIntermediateSize, topK } = config;
  const bits = quantization === "int8" ? 8 : 4;
  const weights = localWeights(g, inputs, local, config.experts); // [T, E]
  const largest = g.node("ReduceMax", [weights, g.ints([1])]);
  // The division does not change the softmax, and f16 is most precise for logarithms near 0.
  const shares = g.node("Div", [weights, g.node("Max", [largest, g.floats([SMALLEST_WEIGHT], [])])]);
  const isChosen = g.node("Greater", [shares, g.floats([0], [])]);
  const fed = g.node("Where", [isChosen, g.node("Log", [shares]), g.floats([NOT_CHOSEN], [])]);

  const names = local.map((expert) => `${prefix}.experts.${expert}`);
  const gateUp = names.flatMap((name) => gateUpMatrix(name, moeIntermediateSize, hiddenSize).sources);
  const down = names.flatMap((name) => downMatrix(name, moeIntermediateSize, hiddenSize).sources);
  const stacked = (
    matrix: string,
    [rows, columns]: readonly [number, number],
    sources: readonly CheckpointTensor[],
    joined: { interleaved?: number } = {},
  ) => {
    const name = `${prefix}.experts.${matrix}`;
    const dims = [local.length, rows, (columns * bits) / 8];
    const values = g.weight({ name: `${name}.values`, encoding: "quantized", bits, dims, sources, ...joined });
    const scaleDims = [local.length, rows, columns / QUANTIZATION_BLOCK];
    return [values, scalesWeight(g, { name, bits, dims: scaleDims, sources, ...joined })];
  };
  const [inner, innerScales] = stacked("gate_up", [2 * moeIntermediateSize, hiddenSize], gateUp, { interleaved: 2 });
  const [outer, outerScales] = stacked("down", [hiddenSize, moeIntermediateSize], down);
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
      // The CPU provider, on which tests run this node, does not have the attribute.
      ...(g.target.experts === "QMoE" && { weights_prepacked: 0 }),
    },
  });
  const sum = narrow(g, g.node("ReduceSum", [weights, g.ints([1])])); // [T, 1]
  return g.node("Unsqueeze", [g.node("Mul", [mean, sum]), g.ints([0])]);
}

/** The router's weights [T, E] of the rank's experts; 0 for an expert that was not chosen. */
function localWeights(g: OnnxGraph, inputs: FusedExpertInputs, local: readonly number[], experts: number): Value {
  const rows = g.node("Shape", [inputs.experts], { attributes: { start: 0, end: 1 } });
  const shape = g.node("Concat", [rows, g.ints([experts])], { attributes: { axis: 0 } });
  const zeros = g.node("Expand", [g.floats([0], [1, 1]), shape]);
  const all = g.node("ScatterElements", [zeros, inputs.experts, inputs.weights], { attributes: { axis: 1 } });
  return g.node("Gather", [all, g.ints(local)], { attributes: { axis: 1 } });
}
