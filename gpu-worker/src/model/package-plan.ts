/**
 * Plans the graphs of a model package: embedding, one per layer, one per MoE layer and rank for its experts, head. A layer
 * ends where its rows leave for the experts' ranks, so the same files serve one rank and many. Wiring only; layers.ts,
 * attention.ts and head.ts have the arithmetic. A target that keeps a forward on its device has two graphs instead
 * (forward-plan.ts).
 */
import { attention, ropeAngles } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import { bodyNodes, bodyPieces, logitsNodes } from "./forward-plan.ts";
import { type FusedExpertInputs, fusedExperts } from "./fused-experts.ts";
import {
  adjusted,
  allowedOnly,
  allowInputs,
  bestTokens,
  drawInputs,
  drawnCandidates,
  logits,
  rankedTokens,
  scoredTokens,
  scoreInputs,
  squeeze,
  withoutTokens,
} from "./head.ts";
import {
  addPartials,
  downMatrix,
  type ExpertInputs,
  experts,
  feedForward,
  gateUpMatrix,
  realWeight,
  rmsNorm,
  router,
} from "./layers.ts";
import { OnnxGraph, type Value } from "./onnx-graph.ts";
import { evenPlan, type ShardPlan } from "./shard-plan.ts";
import { featuresOf, REAL_BYTES, type Target } from "./target.ts";
import type { GraphFile, Quantization } from "./weights.ts";

/** Bytes of keys and values of one token in all layers. */
export function kvTokenBytes({ layers, kvHeads, headDim }: ModelConfig, target: Target): number {
  return 2 * layers * kvHeads * headDim * REAL_BYTES[featuresOf(target).real];
}

export interface PlanOptions {
  readonly target: Target;
  readonly quantization: Quantization;
  /** Ranks that the experts are split over. */
  readonly ranks: number;
  /** The experts of each rank; split evenly and in order if absent. */
  readonly shards?: ShardPlan | undefined;
  /** Tokens denoised together, for a target whose shapes are constants. */
  readonly blockLength?: number | undefined;
  /** Never a candidate: the argmax excludes it, the softmax includes it. */
  readonly maskToken: number;
  /** Tokens of 2.2 that delete a cell or insert one before it. Only the Levenshtein rule takes them as candidates. */
  readonly editTokens?: { readonly delete: number; readonly split: number } | undefined;
}

/** The rank that holds everything except the experts, of which it holds a share. */
export const LEADER = 0;

export const BODY_GRAPH = "body";
export const EMBEDDING_GRAPH = "embedding";
export const HEAD_GRAPH = "head";
export const pieceGraph = (piece: number): string => `${BODY_GRAPH}-${pad(piece)}`;
export const layerGraph = (layer: number): string => `layer-${pad(layer)}`;
export const expertGraph = (layer: number, rank: number): string => `experts-${pad(layer)}-rank-${pad(rank)}`;
export const isExpertGraph = (name: string): boolean => name.startsWith("experts-");

/** Plans all graphs of a package, in the order in which a forward runs them. */
export function planPackage(config: ModelConfig, options: PlanOptions): GraphFile[] {
  switch (featuresOf(options.target).graphs) {
    case "forward":
      return planForward(config, options);
    case "pieces":
      return planPieces(config, options);
    case "layers":
      return planLayers(config, options);
  }
}

function planLayers(config: ModelConfig, options: PlanOptions): GraphFile[] {
  const shards = options.shards ?? evenPlan(config, options.ranks);
  const files = [file(EMBEDDING_GRAPH, LEADER, embedding(config, options.target))];
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

function planForward(config: ModelConfig, { target, ...form }: PlanOptions): GraphFile[] {
  const options = forwardOptions(target, form);
  return [
    file(BODY_GRAPH, LEADER, bodyNodes(config, options, new OnnxGraph(BODY_GRAPH, target))),
    file(HEAD_GRAPH, LEADER, logitsNodes(config, options, new OnnxGraph(HEAD_GRAPH, target))),
  ];
}

/** The experts' graphs are those of a CPU package: a device of its own reads their weights. */
function planPieces(config: ModelConfig, { target, ...form }: PlanOptions): GraphFile[] {
  const options = forwardOptions(target, form);
  const pieces = bodyPieces(config, options, (piece) => new OnnxGraph(pieceGraph(piece), target));
  const local = Array.from({ length: config.experts }, (_, expert) => expert);
  return [
    ...pieces.flatMap((g, piece) => {
      const layer = config.denseLayers + piece;
      const made = file(pieceGraph(piece), LEADER, g);
      if (layer === config.layers) return [made];
      return [
        made,
        file(expertGraph(layer, LEADER), LEADER, expertNodes(config, layer, local, { ...form, target: "cpu" })),
      ];
    }),
    file(HEAD_GRAPH, LEADER, logitsNodes(config, options, new OnnxGraph(HEAD_GRAPH, target))),
  ];
}

function forwardOptions(target: Target, { quantization, blockLength }: Omit<PlanOptions, "target">) {
  if (blockLength === undefined) throw new Error(`the ${target} target needs the block length`);
  return { quantization, blockLength };
}

/** Plans a head whose output is the logits [R, vocabulary], for the golden vectors. Not part of a package. */
export function planLogitsHead(config: ModelConfig, options: PlanOptions): GraphFile {
  return file("head-logits", LEADER, headNodes(config, options, "logits"));
}

function embedding(config: ModelConfig, target: Target): OnnxGraph {
  const g = new OnnxGraph(EMBEDDING_GRAPH, target);
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
  const g = new OnnxGraph(layerGraph(layer), options.target);
  const prefix = `model.layers.${layer}`;
  const norm = (x: Value, name: string): Value =>
    rmsNorm(g, x, { name: `${prefix}.${name}.weight`, dims: [hiddenSize] }, rmsNormEps);

  const hidden = hiddenInput(g, hiddenSize);
  const cos = g.input("cos", "f32", ["B", "S", rotaryDim / 2]);
  const attended = attention(
    g,
    norm(hidden, "input_layernorm"),
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
    { prefix: `${prefix}.attention`, config, quantization },
  );
  g.output("keys", attended.keys, g.real, ["B", kvHeads, "S", headDim]);
  g.output("values", attended.values, g.real, ["B", kvHeads, "S", headDim]);
  const residual = g.node("Add", [hidden, attended.output]);
  const normed = norm(residual, "post_attention_layernorm");

  const alwaysOn = config.moeIntermediateSize * config.sharedExperts;
  const ffn = (name: string, inner: number): Value => {
    const gateUp = gateUpMatrix(`${prefix}.${name}`, inner, hiddenSize);
    const down = downMatrix(`${prefix}.${name}`, inner, hiddenSize);
    return g.node("Add", [residual, feedForward(g, normed, { gateUp, down, quantization })]);
  };
  if (layer < config.denseLayers) {
    g.output("hidden_out", ffn("mlp", config.intermediateSize), g.real, ["T", hiddenSize]);
    return g;
  }
  g.output("hidden_out", alwaysOn > 0 ? ffn("mlp.shared_experts", alwaysOn) : residual, g.real, ["T", hiddenSize]);
  g.output("normed", normed, g.real, ["T", hiddenSize]);
  const chosen = router(g, normed, { prefix: `${prefix}.mlp`, config, blocks: cos });
  g.output("experts", chosen.experts, "i64", ["T", config.topK]);
  g.output("weights", chosen.weights, "f32", ["T", config.topK]);
  return g;
}

function expertNodes(config: ModelConfig, layer: number, local: readonly number[], options: PlanOptions): OnnxGraph {
  const { hiddenSize, topK } = config;
  const g = new OnnxGraph(`experts-${layer}`, options.target);
  const normed = g.input("normed", g.real, ["T", hiddenSize]);
  const rank = { prefix: `model.layers.${layer}.mlp`, local, config, quantization: options.quantization };
  const partial = (): Value => {
    switch (g.target.experts) {
      case "QMoE":
        return fusedExperts(g, normed, fusedExpertInputs(g, topK), rank);
      case "masked":
      case "apart":
        throw new Error(`experts of the ${options.target} target have no graph of their own`);
      case "products":
        return experts(g, normed, expertInputs(g, topK, local.length), rank);
    }
  };
  g.output("partial", partial(), g.real, [1, "T", hiddenSize]);
  return g;
}

function fusedExpertInputs(g: OnnxGraph, topK: number): FusedExpertInputs {
  return {
    experts: g.input("experts", "i64", ["T", topK]),
    weights: g.input("weights", "f32", ["T", topK]),
  };
}

function expertInputs(g: OnnxGraph, topK: number, localExperts: number): ExpertInputs {
  return {
    rows: g.input("rows", "i64", ["A"]),
    counts: g.input("counts", "i64", [localExperts]),
    slots: g.input("slots", "i64", ["T", topK]),
    weights: g.input("weights", "f32", ["T", topK]),
  };
}

/** Tokens that a head ranks at least: the best without the mask and edit tokens; in 2.2 the two best with the latter. */
export function leastRanked(edits: readonly unknown[]): number {
  return 2 + edits.length;
}

function headNodes(config: ModelConfig, options: PlanOptions, output: "candidates" | "logits"): OnnxGraph {
  const g = new OnnxGraph(HEAD_GRAPH, options.target);
  const rows = g.node("Gather", [hiddenInput(g, config.hiddenSize), g.input("rows", "i64", ["R"])]);
  const raw = logits(g, rows, config, options.quantization);
  if (output === "logits") {
    g.output("logits", raw, "f32", ["R", config.vocabSize]);
    return g;
  }
  const moved = adjusted(g, raw, {
    at: g.input("adjusted", "i64", ["E", 2]),
    by: g.input("adjustments", "f32", ["E"]),
  });
  const scores = allowedOnly(g, moved, allowInputs(g, config.vocabSize), config.vocabSize);
  const { maskToken, editTokens } = options;
  const edits = editTokens === undefined ? [] : [editTokens.delete, editTokens.split];
  const most = bestTokens(g, scores, g.input("ranked_count", "i64", [1]));
  g.output("ranked_tokens", most.tokens, "i64", ["R", "N"]);
  g.output("ranked_probabilities", most.probabilities, "f32", ["R", "N"]);
  const ranked = withoutTokens(g, rankedTokens(g, most, leastRanked(edits)), [maskToken]);
  const best = withoutTokens(g, ranked, edits);
  g.output("token", squeeze(g, best.tokens[0] as Value), "i64", ["R"]);
  g.output("probability", squeeze(g, best.probabilities[0] as Value), "f32", ["R"]);
  if (edits.length > 0) {
    const two = (columns: readonly Value[]): Value =>
      g.node("Concat", columns.slice(0, 2), { attributes: { axis: 1 } });
    g.output("edit_tokens", two(ranked.tokens), "i64", ["R", 2]);
    g.output("edit_probabilities", two(ranked.probabilities), "f32", ["R", 2]);
  }
  const drawn = drawnCandidates(g, scores, drawInputs(g), {
    vocabSize: config.vocabSize,
    never: [maskToken, ...edits],
  });
  g.output("drawn_token", drawn.token, "i64", ["Q"]);
  g.output("drawn_probability", drawn.probability, "f32", ["Q"]);
  const scored = scoredTokens(g, scores, scoreInputs(g), config);
  g.output("logprob", scored.logprob, "f32", ["P"]);
  g.output("best_tokens", scored.bestTokens, "i64", ["P", "K"]);
  g.output("best_logprobs", scored.bestLogprobs, "f32", ["P", "K"]);
  return g;
}

/** The previous layer's rows, to which this graph first adds the partial results of that layer's experts. */
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
