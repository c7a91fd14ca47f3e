/**
 * A rank's experts as one FFN, for the WebGPU provider: gate and up of all experts stacked, down of all experts side by side,
 * and between the two the router's weights, 0 for an expert that was not chosen. It is exact, also with 8-bit activations: a
 * block of zeros stays zero. Every expert is computed for every row, so it costs experts / topK times the needed products.
 */
import type { ModelConfig } from "./config.ts";
import { downMatrix, gateUpMatrix, type LocalExperts, project, swiglu } from "./layers.ts";
import type { OnnxGraph, Value } from "./onnx-graph.ts";
import { QUANTIZATION_BLOCK, type Quantization } from "./weights.ts";

/** Experts per chosen one, above which the cost deserves a warning. */
const WASTEFUL_FROM = 8;

/** Reasons why a model's experts cannot run as one FFN; empty if they can. */
export function maskedExpertFaults({ moeIntermediateSize }: ModelConfig, quantization: Quantization): string[] {
  if (quantization === "none" || moeIntermediateSize % QUANTIZATION_BLOCK === 0) return [];
  return [
    `moe_intermediate_size ${moeIntermediateSize} is not a multiple of ${QUANTIZATION_BLOCK}, ` +
      "which the webgpu target needs with --quantize int4 or int8",
  ];
}

/** A sentence about the cost of a model's experts in this form, if it is high. */
export function maskedExpertCost({ experts, topK, layers, denseLayers }: ModelConfig): string | undefined {
  if (layers === denseLayers || experts <= WASTEFUL_FROM * topK) return undefined;
  return (
    `the webgpu target computes all ${experts} experts of a layer for every row, ` +
    `${Math.round(experts / topK)} times the products of the ${topK} that are chosen; the other targets compute those alone, ` +
    "webgpu-split on the same GPU"
  );
}

/** The weighted sum [T, H] over a rank's experts. @param weights f32 [T, E], of the rank's experts */
export function maskedExperts(g: OnnxGraph, x: Value, weights: Value, options: LocalExperts): Value {
  const { prefix, local, config, quantization } = options;
  const { hiddenSize, moeIntermediateSize: inner } = config;
  const count = local.length;
  const names = local.map((expert) => `${prefix}.experts.${expert}`);
  const gateUp = {
    name: `${prefix}.experts.gate_up`,
    sources: names.flatMap((name) => gateUpMatrix(name, inner, hiddenSize).sources),
  };
  const down = {
    name: `${prefix}.experts.down`,
    sources: names.flatMap((name) => downMatrix(name, inner, hiddenSize).sources),
    sideBySide: true,
  };
  const perExpert = g.node("Reshape", [project(g, x, gateUp, quantization), g.ints([-1, count, 2, inner])]);
  const activated = g.node("Reshape", [swiglu(g, perExpert, 2), g.ints([-1, count, inner])]);
  const weighed = g.node("Mul", [activated, g.node("Unsqueeze", [weights, g.ints([2])])]);
  return project(g, g.node("Reshape", [weighed, g.ints([-1, count * inner])]), down, quantization);
}
