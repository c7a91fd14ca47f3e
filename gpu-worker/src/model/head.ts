/**
 * The decode head as ONNX nodes: from hidden rows to candidates. Logits stay inside. Sizes: R rows, V vocabulary, E logits
 * that are adjusted, Q of the rows that draw a token as well, P of the rows whose token is scored. A head that is asked for
 * none of E, Q and P computes nothing for them.
 */
import type { ModelConfig } from "./config.ts";
import { matrix, project, rmsNorm, widen } from "./layers.ts";
import type { OnnxGraph, Value } from "./onnx-graph.ts";
import type { Quantization } from "./weights.ts";

/**
 * Most probable tokens among which top_k and top_p cut. A nucleus that reaches further is cut here: sorting a whole
 * vocabulary for every row would cost more than the forward.
 */
export const FILTER_TOKENS = 1024;

/** A probability that no token has. */
const ABOVE_ALL = 2;

/** f32 logits [R, V] of the hidden rows [R, H]. */
export function logits(g: OnnxGraph, rows: Value, config: ModelConfig, quantization: Quantization): Value {
  const { hiddenSize, vocabSize } = config;
  const normed = rmsNorm(g, rows, { name: "model.norm.weight", dims: [hiddenSize] }, config.rmsNormEps);
  const tensor = config.tiedEmbeddings ? "model.word_embeddings.weight" : "lm_head.weight";
  // It decides every token: 8 bits, though 4 are faster, the more so the fewer rows are left.
  const head = matrix("lm_head", [[tensor, vocabSize, hiddenSize]]);
  return widen(g, project(g, normed, head, quantization === "none" ? "none" : "int8"));
}

/** What moves single logits, before anything is chosen. */
export interface AdjustInputs {
  /** i64 [E, 2]: row and token, each pair once. */
  readonly at: Value;
  /** f32 [E]: what is added there; minus infinity for a token that may not be. */
  readonly by: Value;
}

/** Logits [R, V] with a few of them moved. */
export function adjusted(g: OnnxGraph, scores: Value, { at, by }: AdjustInputs): Value {
  const moved = g.node("Add", [g.node("GatherND", [scores, at]), by]);
  return g.node("ScatterND", [scores, at, moved]);
}

/** Tokens of each row and their probabilities in the full softmax, the best first: a column [R, 1] of each per rank. */
export interface RankedTokens {
  readonly tokens: readonly Value[];
  readonly probabilities: readonly Value[];
}

/** The `count` best tokens. */
export function rankedTokens(g: OnnxGraph, scores: Value, count: number): RankedTokens {
  const best = g.nodes("TopK", [g.node("Softmax", [scores]), g.ints([count])], 2) as [Value, Value];
  const [probabilities, tokens] = best.map((values) => columns(g, values, count)) as [Value[], Value[]];
  return { tokens, probabilities };
}

/** The same without those of `never`, each of which the next best stands in for: as many columns fewer. */
export function withoutTokens(g: OnnxGraph, ranked: RankedTokens, never: readonly number[]): RankedTokens {
  return never.reduce(({ tokens, probabilities }, token) => {
    let passed: Value | undefined;
    const shifts = tokens.slice(0, -1).map((column) => {
      const here = g.node("Equal", [column, g.ints([token], [])]);
      passed = passed === undefined ? here : g.node("Or", [passed, here]);
      return passed;
    });
    const shifted = (all: readonly Value[]): Value[] =>
      shifts.map((shift, rank) => g.node("Where", [shift, all[rank + 1] as Value, all[rank] as Value]));
    return { tokens: shifted(tokens), probabilities: shifted(probabilities) };
  }, ranked);
}

/** What draws tokens, all per drawn row. */
export interface DrawInputs {
  /** i64 [Q]: rows that draw. */
  readonly rows: Value;
  /** f32 [Q, 1], above 0. */
  readonly temperature: Value;
  /** i64 [Q, 1]: tokens kept by probability; the vocabulary's size for no limit. */
  readonly topK: Value;
  /** f32 [Q, 1]: the smallest set of tokens that holds more than this share is kept; 1 for no limit. */
  readonly topP: Value;
  /** f32 [Q, 1] in [0, 1): where in the cumulative distribution the token is found. */
  readonly uniform: Value;
}

/**
 * Tokens [Q] drawn from the tempered softmax without those of `never`, cut by top-k and then top-p, and their probabilities [Q]
 * in what was drawn from. Source: the reference's sampling, its multinomial replaced by the inverse of the distribution.
 */
export function drawnCandidates(
  g: OnnxGraph,
  scores: Value,
  inputs: DrawInputs,
  config: ModelConfig,
  never: readonly number[],
): { token: Value; probability: Value } {
  const { vocabSize } = config;
  const allowed = g.node(
    "ScatterElements",
    [
      g.node("Div", [g.node("Gather", [scores, inputs.rows]), inputs.temperature]),
      g.node("Expand", [g.ints(never, [1, never.length]), shapeOf(g, inputs.temperature)]),
      g.node("Expand", [
        g.floats(
          never.map(() => Number.NEGATIVE_INFINITY),
          [1, never.length],
        ),
        shapeOf(g, inputs.temperature),
      ]),
    ],
    { attributes: { axis: 1 } },
  );
  const probabilities = g.node("Softmax", [allowed]); // [Q, V]

  const kept = Math.min(FILTER_TOKENS, vocabSize);
  const [best] = bestOf(g, probabilities, g.ints([kept]), vocabSize); // [Q, kept], descending
  const ranks = g.ints(
    Array.from({ length: kept }, (_, rank) => rank),
    [1, kept],
  );
  const inTopK = g.node("Less", [ranks, inputs.topK]);
  const zero = g.floats([0], []);
  const topKOnly = g.node("Where", [inTopK, best, zero]);
  // Top-p counts shares of what top-k left.
  const limited = g.node("Less", [inputs.topK, g.ints([vocabSize], [])]);
  const share = g.node("Where", [limited, sum(g, topKOnly), g.floats([1], [])]);
  const before = g.node("CumSum", [topKOnly, g.ints([1], [])], { attributes: { exclusive: 1 } });
  const inTopP = g.node("LessOrEqual", [g.node("Div", [before, share]), inputs.topP]);
  const survives = g.node("And", [inTopK, inTopP]);
  const least = g.node("ReduceMin", [g.node("Where", [survives, best, g.floats([ABOVE_ALL], [])]), g.ints([1])]);
  const unlimited = g.node("And", [
    g.node("Not", [limited]),
    g.node("GreaterOrEqual", [inputs.topP, g.floats([1], [])]),
  ]);
  const threshold = g.node("Where", [unlimited, zero, least]);

  const filtered = g.node("Where", [g.node("GreaterOrEqual", [probabilities, threshold]), probabilities, zero]);
  const cumulative = g.node("CumSum", [filtered, g.ints([1], [])]);
  const total = g.node("Slice", [cumulative, g.ints([vocabSize - 1]), g.ints([vocabSize]), g.ints([1])]); // [Q, 1]
  // The second condition keeps the last token that has a probability in reach where the product rounds up to the total.
  const passed = g.node("And", [
    g.node("LessOrEqual", [cumulative, g.node("Mul", [inputs.uniform, total])]),
    g.node("Less", [cumulative, total]),
  ]);
  const token = sum(g, g.node("Cast", [passed], { attributes: { to: 7 } })); // [Q, 1]: tokens before the drawn one
  const probability = g.node("Div", [g.node("GatherElements", [filtered, token], { attributes: { axis: 1 } }), total]);
  return { token: squeeze(g, token), probability: squeeze(g, probability) };
}

/** What scores given tokens. */
export interface ScoreInputs {
  /** i64 [P]. */
  readonly rows: Value;
  /** i64 [P, 1]: the token of each. */
  readonly tokens: Value;
  /** i64 [1]: how many of the best tokens, K, are told beside it. */
  readonly count: Value;
}

/** Natural logarithms of probabilities in the full softmax: of the given tokens [P], and of the best ones [P, K] with their ids. */
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

/** The largest of each row, descending, and their columns. onnxruntime's TopK divides by the number of rows: a row of zeros comes along. */
function bestOf(g: OnnxGraph, x: Value, count: Value, columnCount: number): [values: Value, columns: Value] {
  const zeros = g.node("Expand", [g.floats([0], [1, 1]), g.ints([1, columnCount])]);
  const rows = g.node("Concat", [x, zeros], { attributes: { axis: 0 } });
  const best = g.nodes("TopK", [rows, count], 2);
  const [values, found] = best.map((one) => g.node("Slice", [one, g.ints([0]), g.ints([-1]), g.ints([0])]));
  return [values as Value, found as Value];
}

/** [rows, columns] -> [rows, 1] */
function sum(g: OnnxGraph, x: Value): Value {
  return g.node("ReduceSum", [x, g.ints([1])]);
}

function shapeOf(g: OnnxGraph, x: Value): Value {
  return g.node("Shape", [x]);
}

/** [rows, 1] -> [rows] */
export function squeeze(g: OnnxGraph, x: Value): Value {
  return g.node("Squeeze", [x, g.ints([1])]);
}

/** [R, count] -> `count` of [R, 1] */
function columns(g: OnnxGraph, x: Value, count: number): Value[] {
  return g.nodes("Split", [x], count, { attributes: { axis: 1, num_outputs: count } });
}
