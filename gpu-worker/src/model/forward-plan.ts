/**
 * Plans the graphs with weights of a target that keeps a forward on its device: `body` from tokens to hidden rows, `head` from
 * hidden rows to logits. Every shape but the numbers of blocks, pages and rows is a constant, so that no node is left for the
 * CPU. device-graphs.ts has the graphs without weights.
 */
import { attention } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import { logits } from "./head.ts";
import { downMatrix, feedForward, gateUpMatrix, realWeight, rmsNorm, routerWeights } from "./layers.ts";
import { maskedExperts } from "./masked-experts.ts";
import { MICROSOFT, type OnnxGraph, type Value } from "./onnx-graph.ts";
import type { Quantization } from "./weights.ts";

export interface ForwardPlanOptions {
  readonly quantization: Quantization;
  /** S: tokens denoised together. */
  readonly blockLength: number;
}

/** Names of a layer's inputs and outputs. */
export const keyPool = (layer: number): string => `key_pool_${layer}`;
export const valuePool = (layer: number): string => `value_pool_${layer}`;
export const layerKeys = (layer: number): string => `keys_${layer}`;
export const layerValues = (layer: number): string => `values_${layer}`;

/** All layers over blocks of any sequences: `hidden` [T, H], and of each layer the blocks' own keys and values. */
export function bodyNodes(config: ModelConfig, options: ForwardPlanOptions, g: OnnxGraph): OnnxGraph {
  const { layers, denseLayers, hiddenSize, kvHeads, headDim, rotaryDim } = config;
  const { quantization, blockLength } = options;
  const tokens = g.input("tokens", "i32", ["T"]);
  const context = {
    cos: g.input("cos", "f32", ["B", blockLength, rotaryDim / 2]),
    sin: g.input("sin", "f32", ["B", blockLength, rotaryDim / 2]),
    mask: g.input("mask", "f32", ["B", 1, 1, "keys"]),
    pageRows: g.input("page_rows", "i32", ["B", kvHeads, "n"]),
    ownSlots: g.input("own_slots", "i64", ["B", kvHeads, "p", 3]),
    ownRows: g.input("own_rows", "i32", ["B", kvHeads, "p"]),
  };
  const source = { name: "model.word_embeddings.weight", dims: [config.vocabSize, hiddenSize] };
  const embedded = g.node("Gather", [realWeight(g, source.name, source.dims, [source]), tokens]);
  const stream = residualStream(g, embedded, config);
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `model.layers.${layer}`;
    const pools = {
      keyPool: g.input(keyPool(layer), g.real, ["pages", blockLength, headDim]),
      valuePool: g.input(valuePool(layer), g.real, ["pages", blockLength, headDim]),
    };
    const attended = attention(
      g,
      stream.normed(`${prefix}.input_layernorm.weight`),
      { ...context, ...pools },
      { prefix: `${prefix}.attention`, config, quantization, blockLength },
    );
    g.output(layerKeys(layer), attended.keys, g.real, ["B", kvHeads, blockLength, headDim]);
    g.output(layerValues(layer), attended.values, g.real, ["B", kvHeads, blockLength, headDim]);
    stream.add(attended.output);
    const normed = stream.normed(`${prefix}.post_attention_layernorm.weight`);
    const ffn = (name: string, inner: number): Value =>
      feedForward(g, normed, {
        gateUp: gateUpMatrix(`${prefix}.${name}`, inner, hiddenSize),
        down: downMatrix(`${prefix}.${name}`, inner, hiddenSize),
        quantization,
      });
    if (layer < denseLayers) {
      stream.add(ffn("mlp", config.intermediateSize));
      continue;
    }
    const mlp = { prefix: `${prefix}.mlp`, config };
    const weights = routerWeights(g, normed, { ...mlp, blocks: normed, blockLength });
    const local = Array.from({ length: config.experts }, (_, expert) => expert);
    const routed = maskedExperts(g, normed, weights, { ...mlp, local, quantization });
    const alwaysOn = config.moeIntermediateSize * config.sharedExperts;
    stream.add(alwaysOn > 0 ? g.node("Add", [ffn("mlp.shared_experts", alwaysOn), routed]) : routed);
  }
  g.output("hidden", stream.sum(), g.real, ["T", hiddenSize]);
  return g;
}

/** `logits` [R, V] of some rows of the body's `hidden`. */
export function logitsNodes(config: ModelConfig, { quantization }: ForwardPlanOptions, g: OnnxGraph): OnnxGraph {
  const hidden = g.input("hidden", g.real, ["T", config.hiddenSize]);
  const rows = g.node("Gather", [hidden, g.input("rows", "i32", ["R"])]);
  g.output("logits", logits(g, rows, config, quantization), "f32", ["R", config.vocabSize]);
  return g;
}

/** The rows to which each part of a layer adds its own. A node adds them and norms the sum in one pass. */
function residualStream(g: OnnxGraph, first: Value, { hiddenSize, rmsNormEps }: ModelConfig) {
  let rows = first;
  let added: Value | undefined;
  const sum = (): Value => (added === undefined ? rows : g.node("Add", [rows, added]));
  return {
    sum,
    add(delta: Value): void {
      [rows, added] = [sum(), delta];
    },
    normed(name: string): Value {
      const tensor = { name, dims: [hiddenSize] };
      if (added === undefined) return rmsNorm(g, rows, tensor, rmsNormEps);
      const weight = realWeight(g, name, tensor.dims, [tensor]);
      const [normed, total] = [0, 3] as const;
      const outputs = g.nodes("SkipSimplifiedLayerNormalization", [rows, added, weight], 4, {
        domain: MICROSOFT,
        attributes: { epsilon: { float: rmsNormEps } },
        absent: [1, 2],
      });
      [rows, added] = [outputs[total] as Value, undefined];
      return outputs[normed] as Value;
    },
  };
}
