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
  const { layers, denseLayers, hiddenSize } = config;
  const stream = residualStream(g, embedded(g, config), config);
  const context = attentionContext(g, config, options);
  for (let layer = 0; layer < layers; layer++) {
    const normed = attended(g, stream, layer, { ...options, config, context });
    const alwaysOn = () => feedForwardOf(g, normed, layer, { ...options, config });
    if (layer < denseLayers) {
      stream.add(alwaysOn() as Value);
      continue;
    }
    const mlp = { prefix: `model.layers.${layer}.mlp`, config };
    const weights = routerWeights(g, normed, { ...mlp, blocks: normed, blockLength: options.blockLength });
    const local = Array.from({ length: config.experts }, (_, expert) => expert);
    const routed = maskedExperts(g, normed, weights, { ...mlp, local, quantization: options.quantization });
    const shared = alwaysOn();
    stream.add(shared === undefined ? routed : g.node("Add", [shared, routed]));
  }
  g.output("hidden", stream.sum(), g.real, ["T", hiddenSize]);
  return g;
}

/**
 * The same in pieces, each from one layer's experts to the next: a piece adds the experts' `routed` [T, H] to `hidden`, and ends
 * with the rows that leave for the next experts, `normed` [T, H], and a weight for each expert, `weights` [T, E].
 */
export function bodyPieces(
  config: ModelConfig,
  options: ForwardPlanOptions,
  graph: (piece: number) => OnnxGraph,
): OnnxGraph[] {
  const { layers, denseLayers, hiddenSize, experts } = config;
  const pieces = [graph(0)];
  let g = pieces[0] as OnnxGraph;
  let stream = residualStream(g, embedded(g, config), config);
  let context = attentionContext(g, config, options);
  for (let layer = 0; layer < layers; layer++) {
    const normed = attended(g, stream, layer, { ...options, config, context });
    const shared = feedForwardOf(g, normed, layer, { ...options, config });
    if (shared !== undefined) stream.add(shared);
    if (layer < denseLayers) continue;
    const router = { prefix: `model.layers.${layer}.mlp`, config, blocks: normed, blockLength: options.blockLength };
    g.output("normed", normed, g.real, ["T", hiddenSize]);
    g.output("weights", routerWeights(g, normed, router), "f32", ["T", experts]);
    g.output("hidden_out", stream.sum(), g.real, ["T", hiddenSize]);
    g = graph(pieces.length);
    pieces.push(g);
    stream = residualStream(g, g.input("hidden", g.real, ["T", hiddenSize]), config);
    stream.add(g.input("routed", g.real, ["T", hiddenSize]));
    if (layer < layers - 1) context = attentionContext(g, config, options);
  }
  g.output("hidden_out", stream.sum(), g.real, ["T", hiddenSize]);
  return pieces;
}

type AttentionContext = ReturnType<typeof attentionContext>;

interface LayerOptions extends ForwardPlanOptions {
  readonly config: ModelConfig;
}

/** The inputs of attention that all layers share. */
function attentionContext(g: OnnxGraph, { kvHeads, rotaryDim }: ModelConfig, { blockLength }: ForwardPlanOptions) {
  return {
    cos: g.input("cos", "f32", ["B", blockLength, rotaryDim / 2]),
    sin: g.input("sin", "f32", ["B", blockLength, rotaryDim / 2]),
    mask: g.input("mask", "f32", ["B", 1, 1, "keys"]),
    pageRows: g.input("page_rows", "i32", ["B", kvHeads, "n"]),
    ownSlots: g.input("own_slots", "i64", ["B", kvHeads, "p", 3]),
    ownRows: g.input("own_rows", "i32", ["B", kvHeads, "p"]),
  };
}

function embedded(g: OnnxGraph, { vocabSize, hiddenSize }: ModelConfig): Value {
  const source = { name: "model.word_embeddings.weight", dims: [vocabSize, hiddenSize] };
  return g.node("Gather", [realWeight(g, source.name, source.dims, [source]), g.input("tokens", "i32", ["T"])]);
}

/** Adds a layer's attention to the stream. @returns the rows of its FFN */
function attended(
  g: OnnxGraph,
  stream: ReturnType<typeof residualStream>,
  layer: number,
  { config, context, quantization, blockLength }: LayerOptions & { readonly context: AttentionContext },
): Value {
  const { kvHeads, headDim } = config;
  const prefix = `model.layers.${layer}`;
  const pools = {
    keyPool: g.input(keyPool(layer), g.real, ["pages", blockLength, headDim]),
    valuePool: g.input(valuePool(layer), g.real, ["pages", blockLength, headDim]),
  };
  const { output, keys, values } = attention(
    g,
    stream.normed(`${prefix}.input_layernorm.weight`),
    { ...context, ...pools },
    { prefix: `${prefix}.attention`, config, quantization, blockLength },
  );
  g.output(layerKeys(layer), keys, g.real, ["B", kvHeads, blockLength, headDim]);
  g.output(layerValues(layer), values, g.real, ["B", kvHeads, blockLength, headDim]);
  stream.add(output);
  return stream.normed(`${prefix}.post_attention_layernorm.weight`);
}

/** A dense layer's FFN, or the shared expert, if there is one. */
function feedForwardOf(g: OnnxGraph, normed: Value, layer: number, { config, quantization }: LayerOptions) {
  const isDense = layer < config.denseLayers;
  const inner = isDense ? config.intermediateSize : config.moeIntermediateSize * config.sharedExperts;
  if (inner === 0) return undefined;
  const name = `model.layers.${layer}.mlp${isDense ? "" : ".shared_experts"}`;
  return feedForward(g, normed, {
    gateUp: gateUpMatrix(name, inner, config.hiddenSize),
    down: downMatrix(name, inner, config.hiddenSize),
    quantization,
  });
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
