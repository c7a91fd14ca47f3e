/**
 * The decode head as ONNX nodes: from hidden rows to candidates. Logits stay inside. Sizes: R rows, V vocabulary, E adjusted
 * logits, M rows of the R that may take some tokens only, Q rows of the R that also draw a token, P rows of the R whose token is
 * scored. E, M, Q and P of 0 cost nothing.
 */
import { TensorProto_DataType as DataType } from "@palimpsest/proto/onnx";
import type { ModelConfig } from "./config.ts";
import { matrix, project, rmsNorm, widen } from "./layers.ts";
import type { OnnxGraph, Value } from "./onnx-graph.ts";
import type { Quantization } from "./weights.ts";

/**
 * top_k and top_p choose among this many of the most probable tokens. A larger nucleus is cut off here, because sorting a
 * whole vocabulary for every row would cost more than the forward.
 */
export const FILTER_TOKENS = 1024;

/** Larger than any probability. */
const ABOVE_ALL = 2;

/** f32 logits [R, V] of the hidden rows [R, H]. */
export function logits(g: OnnxGraph, rows: Value, config: ModelConfig, quantization: Quantization): Value {
  const { hiddenSize, vocabSize } = config;
  const normed = rmsNorm(g, rows, { name: "model.norm.weight", dims: [hiddenSize] }, config.rmsNormEps);
  const tensor = config.tiedEmbeddings ? "model.word_embeddings.weight" : "lm_head.weight";
  // Always 8 bits: the head decides every token. 4 bits would be faster, most of all for few rows.
  const head = matrix("lm_head", [[tensor, vocabSize, hiddenSize]]);
  return widen(g, project(g, normed, head, quantization === "none" ? "none" : "int8"));
}

export interface AdjustInputs {
  /** i64 [E, 2]: row and token, each pair once. */
  readonly at: Value;
  /** f32 [E]: added to the logit; minus infinity for a forbidden token. */
  readonly by: Value;
}

/** The logits [R, V], with a few of them adjusted before any token is chosen. */
export function adjusted(g: OnnxGraph, scores: Value, { at, by }: AdjustInputs): Value {
  const sums = g.node("Add", [g.node("GatherND", [scores, at]), by]);
  return g.node("ScatterND", [scores, at, sums]);
}

export interface AllowInputs {
  /** i64 [M, 1]. */
  readonly rows: Value;
  /** i32 [M, V / 8]: the allowed tokens of each, a bit each, eight to a value. */
  readonly bits: Value;
}

/** Declares the inputs of rows that may take some tokens only. */
export function allowInputs(g: OnnxGraph, vocabSize: number): AllowInputs {
  return {
    rows: g.input("allowed_rows", "i64", ["M", 1]),
    bits: g.input("allowed_bits", "i32", ["M", Math.ceil(vocabSize / BITS)]),
  };
}

/** The logits [R, V], barred in some rows at all tokens but the allowed ones. */
export function allowedOnly(g: OnnxGraph, scores: Value, { rows, bits }: AllowInputs, vocabSize: number): Value {
  const { barred } = g.target;
  const patterns = Array.from({ length: 2 ** BITS * BITS }, (_, i) => ((i >> 3) & (1 << (i & 7)) ? 0 : barred));
  const table = g.floats(patterns, [2 ** BITS, BITS]);
  const columns = Math.ceil(vocabSize / BITS) * BITS;
  const unpacked = g.node("Reshape", [g.node("Gather", [table, bits]), g.ints([0, columns])]); // 0: as the input, M
  const mask =
    columns === vocabSize ? unpacked : g.node("Slice", [unpacked, g.ints([0]), g.ints([vocabSize]), g.ints([1])]);
  return g.node("ScatterND", [scores, rows, g.node("Add", [g.node("GatherND", [scores, rows]), mask])]);
}

/** Bits of a value of `AllowInputs`: its patterns are rows of a small table. */
export const BITS = 8;

/** Tokens of each row and their probabilities in the full softmax, best first: a column [R, 1] of each per place. */
export interface RankedTokens {
  readonly tokens: readonly Value[];
  readonly probabilities: readonly Value[];
}

/** The best tokens [R, K] of each row and their probabilities in the full softmax, best first. `count`: K, i64 [1]. */
export function bestTokens(g: OnnxGraph, scores: Value, count: Value): { tokens: Value; probabilities: Value } {
  const [probabilities, tokens] = g.nodes("TopK", [g.node("Softmax", [scores]), count], 2) as [Value, Value];
  return { tokens, probabilities };
}

/** The first `count` of them. */
export function rankedTokens(
  g: OnnxGraph,
  { tokens, probabilities }: { tokens: Value; probabilities: Value },
  count: number,
): RankedTokens {
  const column = (values: Value, i: number): Value =>
    g.node("Slice", [values, g.ints([i]), g.ints([i + 1]), g.ints([1])]);
  const first = (values: Value): Value[] => Array.from({ length: count }, (_, i) => column(values, i));
  return { tokens: first(tokens), probabilities: first(probabilities) };
}

/** Removes the tokens of `never`; later columns move up, and each token costs the last column. */
export function withoutTokens(g: OnnxGraph, ranked: RankedTokens, never: readonly number[]): RankedTokens {
  return never.reduce(({ tokens, probabilities }, token) => {
    let isPast: Value | undefined; // the token is in this column or before it
    const shifts = tokens.slice(0, -1).map((column) => {
      const isHere = g.node("Equal", [column, g.ints([token], [])]);
      isPast = isPast === undefined ? isHere : g.node("Or", [isPast, isHere]);
      return isPast;
    });
    const shifted = (all: readonly Value[]): Value[] =>
      shifts.map((shift, place) => g.node("Where", [shift, all[place + 1] as Value, all[place] as Value]));
    return { tokens: shifted(tokens), probabilities: shifted(probabilities) };
  }, ranked);
}

/** Sampling parameters of each row that draws a token. */
export interface DrawInputs {
  /** i64 [Q]: rows that draw. */
  readonly rows: Value;
  /** f32 [Q, 1], above 0. */
  readonly temperature: Value;
  /** i64 [Q, 1]: keeps the k most probable tokens; the vocabulary's size for no limit. */
  readonly topK: Value;
  /** f32 [Q, 1]: keeps the smallest set of tokens that holds more than this share; 1 for no limit. */
  readonly topP: Value;
  /** f32 [Q, 1] in [0, 1): the token's position in the cumulative distribution. */
  readonly uniform: Value;
}

/** Declares the inputs of rows that draw. */
export function drawInputs(g: OnnxGraph): DrawInputs {
  return {
    rows: g.input("drawn_rows", "i64", ["Q"]),
    temperature: g.input("temperature", "f32", ["Q", 1]),
    topK: g.input("top_k", "i64", ["Q", 1]),
    topP: g.input("top_p", "f32", ["Q", 1]),
    uniform: g.input("uniform", "f32", ["Q", 1]),
  };
}

export interface DrawOptions {
  readonly vocabSize: number;
  /** Tokens that are never drawn. */
  readonly never: readonly number[];
}

/**
 * Tokens [Q] drawn from the tempered softmax without the tokens of `never`, cut by top-k and then top-p, and their
 * probabilities [Q] in the cut distribution. Source: the reference's sampling, with the inverse of the cumulative
 * distribution instead of a multinomial draw.
 */
export function drawnCandidates(
  g: OnnxGraph,
  scores: Value,
  inputs: DrawInputs,
  options: DrawOptions,
): { token: Value; probability: Value } {
  const { vocabSize } = options;
  const probabilities = temperedSoftmax(g, scores, inputs, options);
  const count = Math.min(FILTER_TOKENS, vocabSize);
  const [best] = bestOf(g, probabilities, g.ints([count]), vocabSize);
  const inTopK = topK(g, count, inputs);
  const leastProbability = topP(g, { best, inTopK }, inputs, vocabSize);
  const isKept = g.node("GreaterOrEqual", [probabilities, leastProbability]);
  const filtered = g.node("Where", [isKept, probabilities, g.floats([0], [])]);
  return drawFromCumulative(g, filtered, inputs, vocabSize);
}

/** Softmax [Q, V] of the drawing rows' logits over their temperature, without the tokens of `never`. */
function temperedSoftmax(g: OnnxGraph, scores: Value, inputs: DrawInputs, { never }: DrawOptions): Value {
  const dims = [1, never.length];
  const perRow = (constant: Value): Value => g.node("Expand", [constant, g.node("Shape", [inputs.temperature])]);
  const tempered = g.node("Div", [g.node("Gather", [scores, inputs.rows]), inputs.temperature]);
  const columns = perRow(g.ints(never, dims));
  const impossible = perRow(g.floats(new Array<number>(never.length).fill(Number.NEGATIVE_INFINITY), dims));
  const allowed = g.node("ScatterElements", [tempered, columns, impossible], { attributes: { axis: 1 } });
  return g.node("Softmax", [allowed]);
}

/** Booleans [Q, count]: which of the `count` best tokens top-k keeps. */
function topK(g: OnnxGraph, count: number, inputs: DrawInputs): Value {
  const places = g.ints(
    Array.from({ length: count }, (_, place) => place),
    [1, count],
  );
  return g.node("Less", [places, inputs.topK]);
}

/**
 * The least probability [Q, 1] that top-k and top-p keep, 0 without limits. Top-p counts shares of the tokens that top-k
 * keeps.
 */
function topP(
  g: OnnxGraph,
  { best, inTopK }: { /** Probabilities [Q, count], descending. */ best: Value; inTopK: Value },
  inputs: DrawInputs,
  vocabSize: number,
): Value {
  const zero = g.floats([0], []);
  const candidates = g.node("Where", [inTopK, best, zero]);
  const isLimited = g.node("Less", [inputs.topK, g.ints([vocabSize], [])]);
  const total = g.node("Where", [isLimited, sum(g, candidates), g.floats([1], [])]);
  const sumBefore = g.node("CumSum", [candidates, g.ints([1], [])], { attributes: { exclusive: 1 } });
  const inTopP = g.node("LessOrEqual", [g.node("Div", [sumBefore, total]), inputs.topP]);
  const inBoth = g.node("And", [inTopK, inTopP]);
  const least = g.node("ReduceMin", [g.node("Where", [inBoth, best, g.floats([ABOVE_ALL], [])]), g.ints([1])]);
  const isUnlimited = g.node("And", [
    g.node("Not", [isLimited]),
    g.node("GreaterOrEqual", [inputs.topP, g.floats([1], [])]),
  ]);
  return g.node("Where", [isUnlimited, zero, least]);
}

/** The token at which the cumulative distribution of `weights` [Q, V] passes `uniform`, and its share of their sum. */
function drawFromCumulative(
  g: OnnxGraph,
  weights: Value,
  { uniform }: DrawInputs,
  vocabSize: number,
): { token: Value; probability: Value } {
  const cumulative = g.node("CumSum", [weights, g.ints([1], [])]);
  const total = g.node("Slice", [cumulative, g.ints([vocabSize - 1]), g.ints([vocabSize]), g.ints([1])]); // [Q, 1]
  // The second condition keeps the last possible token in reach if the product rounds up to the total.
  const isBefore = g.node("And", [
    g.node("LessOrEqual", [cumulative, g.node("Mul", [uniform, total])]),
    g.node("Less", [cumulative, total]),
  ]);
  const token = sum(g, g.node("Cast", [isBefore], { attributes: { to: DataType.INT64 } })); // counts the tokens before it
  const probability = g.node("Div", [g.node("GatherElements", [weights, token], { attributes: { axis: 1 } }), total]);
  return { token: squeeze(g, token), probability: squeeze(g, probability) };
}

export interface ScoreInputs {
  /** i64 [P]. */
  readonly rows: Value;
  /** i64 [P, 1]: the token of each row. */
  readonly tokens: Value;
  /** i64 [1]: K, the number of best tokens to score as well. */
  readonly count: Value;
}

/** Declares the inputs of tokens to score. */
export function scoreInputs(g: OnnxGraph): ScoreInputs {
  return {
    rows: g.input("scored_rows", "i64", ["P"]),
    tokens: g.input("scored_tokens", "i64", ["P", 1]),
    count: g.input("best_count", "i64", [1]),
  };
}

/** Natural logarithms of probabilities in the full softmax: of the given tokens [P], and of the K best [P, K] with their ids. */
export function scoredTokens(
  g: OnnxGraph,
  scores: Value,
  { rows, tokens, count }: ScoreInputs,
  { vocabSize }: ModelConfig,
): { logprob: Value; bestTokens: Value; bestLogprobs: Value } {
  const logprobs = g.node("LogSoftmax", [g.node("Gather", [scores, rows])], { attributes: { axis: 1 } });
  const logprob = squeeze(g, g.node("GatherElements", [logprobs, tokens], { attributes: { axis: 1 } }));
  const [bestLogprobs, bestTokens] = bestOf(g, logprobs, count, vocabSize);
  return { logprob, bestTokens, bestLogprobs };
}

/** The largest values of each row, descending, and their columns. onnxruntime's TopK divides by the number of rows, so it gets a row of zeros besides. */
function bestOf(g: OnnxGraph, x: Value, count: Value, columnCount: number): [values: Value, columns: Value] {
  const zeros = g.node("Expand", [g.floats([0], [1, 1]), g.ints([1, columnCount])]);
  const rows = g.node("Concat", [x, zeros], { attributes: { axis: 0 } });
  const best = g.nodes("TopK", [rows, count], 2);
  return best.map((rows) => g.node("Slice", [rows, g.ints([0]), g.ints([-1]), g.ints([0])])) as [Value, Value];
}

/** [rows, columns] -> [rows, 1] */
function sum(g: OnnxGraph, x: Value): Value {
  return g.node("ReduceSum", [x, g.ints([1])]);
}

/** [rows, 1] -> [rows] */
export function squeeze(g: OnnxGraph, x: Value): Value {
  return g.node("Squeeze", [x, g.ints([1])]);
}
