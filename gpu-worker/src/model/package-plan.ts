/**
 * The graphs of a model package: embedding, one per layer, one per MoE layer and rank for its experts, head. A layer ends
 * where its rows leave for the experts' ranks, so the same files serve one rank and many. Wiring only; layers.ts and
 * attention.ts have the arithmetic.
 */
import { attention, ropeAngles } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import { type FusedExpertInputs, fusedExperts } from "./fused-experts.ts";
import { adjusted, drawnCandidates, logits, rankedTokens, scoredTokens, squeeze, withoutTokens } from "./head.ts";
import { addPartials, downMatrix, experts, feedForward, gateUpMatrix, realWeight, rmsNorm, router } from "./layers.ts";
import { OnnxGraph, type RealType, type Value } from "./onnx-graph.ts";
import { evenPlan, type ShardPlan } from "./shard-plan.ts";
import type { GraphFile, Quantization } from "./weights.ts";

/** The onnxruntime provider that runs a package: its graphs differ, its checkpoint does not. */
export type Target = "cpu" | "cuda";

/** What hidden rows, keys and values are made of. */
export const realType = (target: Target): RealType => (target === "cuda" ? "f16" : "f32");

/** Bytes of keys and values of one token in all layers. */
export function kvTokenBytes({ layers, kvHeads, headDim }: ModelConfig, target: Target): number {
  return 2 * layers * kvHeads * headDim * (realType(target) === "f16" ? 2 : 4);
}

export interface PlanOptions {
  readonly target: Target;
  readonly quantization: Quantization;
  /** Ranks the experts are split over. */
  readonly ranks: number;
  /** Which holds which; evenly and in order where absent. */
  readonly shards?: ShardPlan | undefined;
  /** Never a candidate: the argmax is over the others, the softmax over all. */
  readonly maskToken: number;
  /** 2.2's, with which it asks for a cell to go or to be inserted: candidates of its own rule, and of no other. */
  readonly editTokens?: { readonly delete: number; readonly split: number } | undefined;
}

/** The rank that holds everything but the experts. */
export const LEADER = 0;

export const EMBEDDING_GRAPH = "embedding";
export const HEAD_GRAPH = "head";
export const layerGraph = (layer: number): string => `layer-${pad(layer)}`;
export const expertGraph = (layer: number, rank: number): string => `experts-${pad(layer)}-rank-${pad(rank)}`;
export const isExpertGraph = (name: string): boolean => name.startsWith("experts-");

/** All graphs of a package, in the order in which a forward runs them. */
export function planPackage(config: ModelConfig, options: PlanOptions): GraphFile[] {
  const shards = options.shards ?? evenPlan(config, options.ranks);
  const files = [file(EMBEDDING_GRAPH, LEADER, embedding(config, realType(options.target)))];
  for (let layer = 0; layer < config.layers; layer++) {
    files.push(file(layerGraph(layer), LEADER, layerNodes(config, layer, options)));
    if (layer < config.denseLayers) continue;
    for (let rank = 0; rank < options.ranks; rank++) {
      const local = shards[layer - config.denseLayers]?.[rank] as readonly number[];
      files.push(file(expertGraph(layer, rank), rank, expertNodes(config, layer, local, options)));
    }
  }
  files.push(file(HEAD_GRAPH, LEADER, headNodes(config, options, "candidates")));
  return files;
}

/** The head with the logits [R, vocabulary] as its output: what the golden vectors hold. Not part of a package. */
export function planLogitsHead(config: ModelConfig, options: PlanOptions): GraphFile {
  return file("head-logits", LEADER, headNodes(config, options, "logits"));
}

function embedding(config: ModelConfig, real: RealType): OnnxGraph {
  const g = new OnnxGraph(EMBEDDING_GRAPH, real);
  const tokens = g.input("tokens", "i64", ["T"]);
  const positions = g.input("positions", "i64", ["B", "S"]);
  const source = { name: "model.word_embeddings.weight", dims: [config.vocabSize, config.hiddenSize] };
  const table = realWeight(g, source.name, source.dims, [source]);
  g.output("hidden", g.node("Gather", [table, tokens]), g.real, ["T", config.hiddenSize]);
  const { cos, sin } = ropeAngles(g, positions, config);
  g.output("cos", cos, "f32", ["B", "S", config.rotaryDim / 2]);
  g.output("sin", sin, "f32", ["B", "S", config.rotaryDim / 2]);
  return g;
}

function layerNodes(config: ModelConfig, layer: number, options: PlanOptions): OnnxGraph {
  const { hiddenSize, kvHeads, headDim, rotaryDim, rmsNormEps } = config;
  const { quantization } = options;
  const g = new OnnxGraph(layerGraph(layer), realType(options.target));
  const prefix = `model.layers.${layer}`;
  const norm = (x: Value, name: string): Value =>
    rmsNorm(g, x, { name: `${prefix}.${name}.weight`, dims: [hiddenSize] }, rmsNormEps);

  const hidden = hiddenInput(g, hiddenSize);
  const cos = g.input("cos", "f32", ["B", "S", rotaryDim / 2]);
  const attended = attention(
    g,
    norm(hidden, "input_layernorm"),
    `${prefix}.attention`,
    config,
    {
      cos,
      sin: g.input("sin", "f32", ["B", "S", rotaryDim / 2]),
      mask: g.input("mask", "f32", ["B", 1, 1, "keys"]),
      keyPool: g.input("key_pool", g.real, ["pages", "S", headDim]),
      valuePool: g.input("value_pool", g.real, ["pages", "S", headDim]),
      pageRows: g.input("page_rows", "i64", ["B", kvHeads, "n"]),
      ownSlots: g.input("own_slots", "i64", ["B", kvHeads, "p", 3]),
      ownRows: g.input("own_rows", "i64", ["B", kvHeads, "p"]),
    },
    quantization,
  );
  g.output("keys", attended.keys, g.real, ["B", kvHeads, "S", headDim]);
  g.output("values", attended.values, g.real, ["B", kvHeads, "S", headDim]);
  const residual = g.node("Add", [hidden, attended.output]);
  const normed = norm(residual, "post_attention_layernorm");

  const alwaysOn = config.moeIntermediateSize * config.sharedExperts;
  const ffn = (name: string, inner: number): Value => {
    const up = gateUpMatrix(`${prefix}.${name}`, inner, hiddenSize);
    const down = downMatrix(`${prefix}.${name}`, inner, hiddenSize);
    return g.node("Add", [residual, feedForward(g, normed, up, down, quantization)]);
  };
  if (layer < config.denseLayers) {
    g.output("hidden_out", ffn("mlp", config.intermediateSize), g.real, ["T", hiddenSize]);
    return g;
  }
  g.output("hidden_out", alwaysOn > 0 ? ffn("mlp.shared_experts", alwaysOn) : residual, g.real, ["T", hiddenSize]);
  g.output("normed", normed, g.real, ["T", hiddenSize]);
  const chosen = router(g, normed, `${prefix}.mlp`, config, cos);
  g.output("experts", chosen.experts, "i64", ["T", config.topK]);
  g.output("weights", chosen.weights, "f32", ["T", config.topK]);
  return g;
}

function expertNodes(config: ModelConfig, layer: number, local: readonly number[], options: PlanOptions): OnnxGraph {
  const { hiddenSize, topK } = config;
  const g = new OnnxGraph(`experts-${layer}`, realType(options.target));
  const normed = g.input("normed", g.real, ["T", hiddenSize]);
  const prefix = `model.layers.${layer}.mlp`;
  if (options.target === "cuda") {
    const inputs: FusedExpertInputs = {
      experts: g.input("experts", "i64", ["T", topK]),
      weights: g.input("weights", "f32", ["T", topK]),
    };
    const bits = options.quantization === "int8" ? 8 : 4;
    g.output("partial", fusedExperts(g, normed, prefix, local, config, inputs, bits), g.real, [1, "T", hiddenSize]);
    return g;
  }
  const inputs = {
    rows: g.input("rows", "i64", ["A"]),
    counts: g.input("counts", "i64", [local.length]),
    slots: g.input("slots", "i64", ["T", topK]),
    weights: g.input("weights", "f32", ["T", topK]),
  };
  const partial = experts(g, normed, prefix, local, config, inputs, options.quantization);
  g.output("partial", partial, g.real, [1, "T", hiddenSize]);
  return g;
}

function headNodes(config: ModelConfig, options: PlanOptions, output: "candidates" | "logits"): OnnxGraph {
  const g = new OnnxGraph(HEAD_GRAPH, realType(options.target));
  const rows = g.node("Gather", [hiddenInput(g, config.hiddenSize), g.input("rows", "i64", ["R"])]);
  const raw = logits(g, rows, config, options.quantization);
  if (output === "logits") {
    g.output("logits", raw, "f32", ["R", config.vocabSize]);
    return g;
  }
  const scores = adjusted(g, raw, {
    at: g.input("adjusted", "i64", ["E", 2]),
    by: g.input("adjustments", "f32", ["E"]),
  });
  const { maskToken, editTokens } = options;
  const edits = editTokens === undefined ? [] : [editTokens.delete, editTokens.split];
  const ranked = withoutTokens(g, rankedTokens(g, scores, 2 + edits.length), [maskToken]);
  const best = withoutTokens(g, ranked, edits);
  g.output("token", squeeze(g, best.tokens[0] as Value), "i64", ["R"]);
  g.output("probability", squeeze(g, best.probabilities[0] as Value), "f32", ["R"]);
  if (edits.length > 0) {
    const two = (columns: readonly Value[]): Value =>
      g.node("Concat", columns.slice(0, 2), { attributes: { axis: 1 } });
    g.output("edit_tokens", two(ranked.tokens), "i64", ["R", 2]);
    g.output("edit_probabilities", two(ranked.probabilities), "f32", ["R", 2]);
  }
  const inputs = {
    rows: g.input("drawn_rows", "i64", ["Q"]),
    temperature: g.input("temperature", "f32", ["Q", 1]),
    topK: g.input("top_k", "i64", ["Q", 1]),
    topP: g.input("top_p", "f32", ["Q", 1]),
    uniform: g.input("uniform", "f32", ["Q", 1]),
  };
  const drawn = drawnCandidates(g, scores, inputs, config, [maskToken, ...edits]);
  g.output("drawn_token", drawn.token, "i64", ["Q"]);
  g.output("drawn_probability", drawn.probability, "f32", ["Q"]);
  const asked = {
    rows: g.input("scored_rows", "i64", ["P"]),
    tokens: g.input("scored_tokens", "i64", ["P", 1]),
    count: g.input("best_count", "i64", [1]),
  };
  const scored = scoredTokens(g, scores, asked, config);
  g.output("logprob", scored.logprob, "f32", ["P"]);
  g.output("best_tokens", scored.bestTokens, "i64", ["P", "K"]);
  g.output("best_logprobs", scored.bestLogprobs, "f32", ["P", "K"]);
  return g;
}

/** The rows as the layer before left them, with its experts' partial results not yet added. */
function hiddenInput(g: OnnxGraph, hiddenSize: number): Value {
  const hidden = g.input("hidden", g.real, ["T", hiddenSize]);
  return addPartials(g, hidden, g.input("partials", g.real, ["R", "T", hiddenSize]));
}

function file(name: string, rank: number, graph: OnnxGraph): GraphFile {
  return { name, rank, weights: graph.weights, build: (external) => graph.serialize(external) };
}

function pad(n: number): string {
  return String(n).padStart(2, "0");
}
