/**
 * The graphs without weights of a target that keeps a forward on its device: zeros for the K/V pools, commits to them, and from
 * logits to candidates. A worker builds them when it opens a package; they are no part of it. Sizes: R rows, V vocabulary, E
 * adjusted logits.
 */
import { blocksOf } from "./attention.ts";
import type { ModelConfig } from "./config.ts";
import { adjusted, allowedOnly, allowInputs, drawInputs, drawnCandidates, scoredTokens, scoreInputs } from "./head.ts";
import { OnnxGraph, type Value } from "./onnx-graph.ts";
import type { Target } from "./target.ts";

/** Larger than any token id; f32 counts exactly up to here. */
const NO_TOKEN = 2 ** 24;

/** Zeros of a shape that is known at run time: a tensor of the host would be uploaded in every forward. */
export function zerosGraph(target: Target): Uint8Array {
  const g = new OnnxGraph("zeros", target);
  g.output("zeros", g.node("Expand", [g.floats([0], [1, 1, 1]), g.input("shape", "i64", [3])]), "f32", ["N", "S", "D"]);
  return g.serialize();
}

/** Writes blocks `from` of a layer's keys or values [B, kvHeads, S, D] to rows `at` of its pool. */
export function commitGraph({ kvHeads, headDim }: ModelConfig, blockLength: number, target: Target): Uint8Array {
  const g = new OnnxGraph("commit", target);
  const pool = g.input("pool", g.real, ["pages", blockLength, headDim]);
  const made = g.input("made", g.real, ["B", kvHeads, blockLength, headDim]);
  const from = g.input("from", "i32", ["W"]);
  const rows = g.node("Gather", [blocksOf(g, made, headDim, blockLength), from]);
  const written = g.node("ScatterND", [pool, g.input("at", "i64", ["W", 1]), rows]);
  g.output("written", written, g.real, ["pages", blockLength, headDim]);
  return g.serialize();
}

/** Adds to some logits. */
export function adjustGraph({ vocabSize }: ModelConfig, target: Target): Uint8Array {
  const g = new OnnxGraph("adjust", target);
  const logits = g.input("logits", "f32", ["R", vocabSize]);
  const inputs = { at: g.input("adjusted", "i64", ["E", 2]), by: g.input("adjustments", "f32", ["E"]) };
  g.output("sums", adjusted(g, logits, inputs), "f32", ["R", vocabSize]);
  return g.serialize();
}

/** Bars all tokens but the allowed ones in some rows. */
export function allowGraph({ vocabSize }: ModelConfig, target: Target): Uint8Array {
  const g = new OnnxGraph("allow", target);
  const logits = g.input("logits", "f32", ["R", vocabSize]);
  g.output("allowed", allowedOnly(g, logits, allowInputs(g, vocabSize), vocabSize), "f32", ["R", vocabSize]);
  return g.serialize();
}

/** Some rows of the logits, for the host. */
export function rowsGraph({ vocabSize }: ModelConfig, target: Target): Uint8Array {
  const g = new OnnxGraph("rows", target);
  const logits = g.input("logits", "f32", ["R", vocabSize]);
  g.output("picked", g.node("Gather", [logits, g.input("rows", "i32", ["P"])]), "f32", ["P", vocabSize]);
  return g.serialize();
}

export interface SpecialTokens {
  readonly maskToken: number;
  readonly editTokens?: { readonly delete: number; readonly split: number } | undefined;
}

/**
 * The most probable token of each row that is neither the mask nor an edit, and its probability in the full softmax: `token`
 * and `probability` f32 [R, 1]. With edit tokens also the two most probable ones other than the mask: `edit_token_1` and so on.
 * TopK would sort the vocabulary, and ArgMax has a thread for each row: both are far slower on a device.
 * @param ranks more tokens of each row, down to this rank: `ranked_token_2` and so on
 */
export function candidatesGraph(
  { vocabSize }: ModelConfig,
  tokens: SpecialTokens,
  target: Target,
  ranks = 1,
): Uint8Array {
  const g = new OnnxGraph("candidates", target);
  const logits = g.input("logits", "f32", ["R", vocabSize]);
  const largest = g.node("ReduceMax", [logits, g.ints([1])], { attributes: { keepdims: 1 } });
  const exponentials = g.node("Exp", [g.node("Sub", [logits, largest])]);
  const total = g.node("ReduceSum", [exponentials, g.ints([1])], { attributes: { keepdims: 1 } });
  // onnxruntime computes the constants when it opens the graph.
  const ids = g.node("Range", [g.floats([0], []), g.floats([vocabSize], []), g.floats([1], [])]);
  const without = (scores: Value, token: Value): Value =>
    g.node("Where", [g.node("Equal", [ids, token]), g.floats([g.target.barred], []), scores]);
  const best = (scores: Value, suffix: string, prefix = ""): Value => {
    const score = g.node("ReduceMax", [scores, g.ints([1])], { attributes: { keepdims: 1 } });
    const places = g.node("Where", [g.node("Equal", [scores, score]), ids, g.floats([NO_TOKEN], [])]);
    const token = g.node("ReduceMin", [places, g.ints([1])], { attributes: { keepdims: 1 } }); // the first on a tie
    const probability = g.node("Div", [g.node("Exp", [g.node("Sub", [score, largest])]), total]);
    g.output(`${prefix}token${suffix}`, token, "f32", ["R", 1]);
    g.output(`${prefix}probability${suffix}`, probability, "f32", ["R", 1]);
    return token;
  };
  const { maskToken, editTokens } = tokens;
  const unmasked = without(logits, g.floats([maskToken], []));
  const edits = editTokens === undefined ? [] : [editTokens.delete, editTokens.split];
  let rest = edits.reduce((scores, token) => without(scores, g.floats([token], [])), unmasked);
  let token = best(rest, "");
  for (let rank = 2; rank <= ranks; rank++) {
    rest = without(rest, token);
    token = best(rest, `_${rank}`, "ranked_");
  }
  if (editTokens !== undefined) best(without(unmasked, best(unmasked, "_1")), "_2");
  return g.serialize();
}

/** Draws and scores on the host, over rows of logits [P, V] that the device gave out: the head's own nodes of the CPU target. */
export function samplingGraph(config: ModelConfig, { maskToken, editTokens }: SpecialTokens): Uint8Array {
  const g = new OnnxGraph("sampling", "cpu");
  const { vocabSize } = config;
  const logits = g.input("logits", "f32", ["P", vocabSize]);
  const never = [maskToken, ...(editTokens === undefined ? [] : [editTokens.delete, editTokens.split])];
  const drawn = drawnCandidates(g, logits, drawInputs(g), { vocabSize, never });
  g.output("drawn_token", drawn.token, "i64", ["Q"]);
  g.output("drawn_probability", drawn.probability, "f32", ["Q"]);
  const scored = scoredTokens(g, logits, scoreInputs(g), config);
  g.output("logprob", scored.logprob, "f32", ["S"]);
  g.output("best_tokens", scored.bestTokens, "i64", ["S", "K"]);
  g.output("best_logprobs", scored.bestLogprobs, "f32", ["S", "K"]);
  return g.serialize();
}
