/** The head's inputs and outputs between plain values and tensors, as the graphs of every target have them. */
import { Tensor } from "onnxruntime-node";
import type { TokenProbability } from "../decoding/block.ts";
import type { Draw, LogitAdjustment, TokenScore } from "../decoding/forwards.ts";
import { BITS } from "../model/head.ts";
import type { AllowedRow } from "./model-forward.ts";

/**
 * An even number of rows: an odd last row is repeated. onnxruntime uses other kernels for the last of an odd number of rows on
 * the CPU, and for a single row on a device.
 */
export function evenRows(rows: readonly number[]): readonly number[] {
  return rows.length % 2 === 0 ? rows : [...rows, rows.at(-1) as number];
}

/** Places [E, 2] of adjusted logits, and what is added to each [E], at least `least`. */
export function adjustmentInputs(adjustments: readonly LogitAdjustment[], least = Number.NEGATIVE_INFINITY) {
  const places = adjustments.flatMap(({ cell, token }) => [cell, token]);
  const additions = adjustments.map(({ by }) => Math.max(by, least));
  return {
    adjusted: int64(places, [adjustments.length, 2]),
    adjustments: new Tensor("float32", Float32Array.from(additions), [adjustments.length]),
  };
}

/** Rows [M, 1] that may take some tokens only, and the bits of those [M, V / 8]. */
export function allowedInputs(allowed: readonly AllowedRow[], vocabSize: number) {
  const width = Math.ceil(vocabSize / BITS);
  const bits = new Int32Array(allowed.length * width);
  allowed.forEach((one, i) => {
    bits.set(new Uint8Array(one.bits.buffer, one.bits.byteOffset, width), i * width);
  });
  return {
    allowed_rows: int64(
      allowed.map(({ row }) => row),
      [allowed.length, 1],
    ),
    allowed_bits: new Tensor("int32", bits, [allowed.length, width]),
  };
}

/** Tokens that a constrained request asks for at a cell. */
export const BEST_TOKENS = 5;

/** Tokens of a row, best first, without those of `never` and those that cannot be. */
export function bestOf(ranked: readonly TokenProbability[], never: readonly number[]): TokenProbability[] {
  return ranked.filter(({ token, probability }) => probability > 0 && !never.includes(token)).slice(0, BEST_TOKENS);
}

/** Rows [P] and tokens [P, 1] to score, and the number of best tokens [1] to score beside each. */
export function scoreInputs(tokens: readonly number[], best: number) {
  return {
    scored_rows: int64([...tokens.keys()], [tokens.length]),
    scored_tokens: int64(tokens, [tokens.length, 1]),
    best_count: int64([best], [1]),
  };
}

/** Rows [Q] that draw a token, and their sampling parameters [Q, 1]. */
export function drawInputs(draws: readonly Draw[], vocabSize: number) {
  const dims = [draws.length, 1];
  const floats = (values: number[]): Tensor => new Tensor("float32", Float32Array.from(values), dims);
  return {
    drawn_rows: int64(
      draws.map(({ cell }) => cell),
      [draws.length],
    ),
    temperature: floats(draws.map(({ temperature }) => temperature)),
    top_k: int64(
      draws.map(({ topK }) => topK ?? vocabSize),
      dims,
    ),
    top_p: floats(draws.map(({ topP }) => topP ?? 1)),
    uniform: floats(draws.map(({ uniform }) => uniform)),
  };
}

/** Tokens and probabilities of rows, as they come from a graph. */
export function choices(tokens: Tensor, probabilities: Tensor): TokenProbability[] {
  const probability = probabilities.data as Float32Array;
  return Array.from(tokens.data as BigInt64Array | Float32Array, (token: bigint | number, i: number) => ({
    token: Number(token),
    probability: probability[i] as number,
  }));
}

/** The outputs of `scoreInputs`. */
export function scoresOf(out: Readonly<Record<string, unknown>>, best: number): TokenScore[] {
  const bestLogprobs = (out.best_logprobs as Tensor).data as Float32Array;
  const bestTokens = (out.best_tokens as Tensor).data as BigInt64Array;
  return Array.from((out.logprob as Tensor).data as Float32Array, (logprob, row) => ({
    logprob,
    best: Array.from({ length: best }, (_, rank) => ({
      token: Number(bestTokens[row * best + rank]),
      logprob: bestLogprobs[row * best + rank] as number,
    })),
  }));
}

export function int64(values: readonly number[], dims: readonly number[]): Tensor {
  // `BigInt64Array.from` would use an iterator, which is slow: a bias of many tokens at every cell makes a long list.
  const data = new BigInt64Array(values.length);
  values.forEach((value, i) => {
    data[i] = BigInt(value);
  });
  return new Tensor("int64", data, dims);
}

export function int32(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return new Tensor("int32", Int32Array.from(values), dims);
}
