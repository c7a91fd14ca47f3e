/** Checks the parameters of a request that change logits or end the answer. */
import { type GenerateRequest, MAX_BIAS, MAX_BIASED_TOKENS, MAX_PENALTY } from "@palimpsest/proto";
import type { AdjustmentOptions } from "../decoding/logit-adjustments.ts";
import { invalid } from "../errors.ts";

export type AdjustmentRequest = Pick<GenerateRequest, "logitBias" | "minTokens" | "stopTokenIds" | "decoding">;

/** The limits for token ids and numbers of a request. */
export interface AdjustmentLimits {
  readonly vocabSize: number;
  /** Mask and edit tokens, which are never part of an answer. */
  readonly neverTokens: readonly number[];
  readonly maxTokens: number;
}

/** @throws WorkerError naming the parameter, and the token or number at fault */
export function adjustmentParameters(
  { logitBias = new Map(), minTokens = 0, stopTokenIds = [], decoding }: AdjustmentRequest,
  { vocabSize, neverTokens, maxTokens }: AdjustmentLimits,
): AdjustmentOptions {
  const { penaltyLambda = 0, presencePenalty = 0, frequencyPenalty = 0 } = decoding;
  const checkTokens = (param: string, tokens: Iterable<number>): void => {
    for (const token of tokens) {
      if (!(Number.isInteger(token) && token >= 0 && token < vocabSize)) {
        throw invalid(param, `${token} is not a token of this model; ids go from 0 to ${vocabSize - 1}`);
      }
      if (neverTokens.includes(token)) {
        throw invalid(
          param,
          `${token} is a token that the model only edits with, never part of an answer; leave it out`,
        );
      }
    }
  };
  checkTokens("logit_bias", logitBias.keys());
  checkTokens("stop_token_ids", stopTokenIds);
  if (logitBias.size > MAX_BIASED_TOKENS) {
    throw invalid("logit_bias", `at most ${MAX_BIASED_TOKENS} tokens can be biased, not ${logitBias.size}`);
  }
  for (const [token, by] of logitBias) {
    if (!(Math.abs(by) <= MAX_BIAS)) {
      throw invalid("logit_bias", `must be from -${MAX_BIAS} to ${MAX_BIAS}, not ${by} for token ${token}`);
    }
  }
  if (!(penaltyLambda >= 0 && penaltyLambda <= MAX_BIAS)) {
    throw invalid("penalty_lambda", `must be from 0 to ${MAX_BIAS}, not ${penaltyLambda}`);
  }
  for (const [param, penalty] of Object.entries({
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
  })) {
    if (!(Math.abs(penalty) <= MAX_PENALTY)) {
      throw invalid(param, `must be from -${MAX_PENALTY} to ${MAX_PENALTY}, not ${penalty}`);
    }
  }
  if (!(Number.isInteger(minTokens) && minTokens >= 0 && minTokens <= maxTokens)) {
    throw invalid("min_tokens", `must be a whole number from 0 to max_tokens, ${maxTokens}, not ${minTokens}`);
  }
  return { logitBias, penaltyLambda, presencePenalty, frequencyPenalty, minTokens };
}
