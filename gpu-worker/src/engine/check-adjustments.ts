/** Checks the parameters of a request that move logits or say where the answer ends. */
import type { AdjustmentOptions } from "../decoding/logit-adjustments.ts";
import { WorkerError } from "../errors.ts";
import type { GenerateRequest } from "./engine.ts";

/** Each is added at every cell, at every step. */
const BIASED_TOKENS_LIMIT = 1024;

/** OpenAI's own limit: as good as a ban, or as a choice. */
const BIAS_LIMIT = 100;

/** What of a request moves logits, or says where the answer ends. */
export type AdjustmentRequest = Pick<GenerateRequest, "logitBias" | "minTokens" | "stopTokens" | "decoding">;

/** What a request's token ids and numbers are judged by. */
export interface AdjustmentLimits {
  readonly vocabSize: number;
  /** Mask and edit tokens: never part of an answer. */
  readonly neverTokens: readonly number[];
  readonly maxTokens: number;
}

/** @throws WorkerError naming the parameter, and the token or number at fault */
export function adjustmentParameters(
  { logitBias = new Map(), minTokens = 0, stopTokens = [], decoding }: AdjustmentRequest,
  { vocabSize, neverTokens, maxTokens }: AdjustmentLimits,
): AdjustmentOptions {
  const { penaltyLambda = 0 } = decoding;
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
  checkTokens("stop_token_ids", stopTokens);
  if (logitBias.size > BIASED_TOKENS_LIMIT) {
    throw invalid("logit_bias", `at most ${BIASED_TOKENS_LIMIT} tokens can be biased, not ${logitBias.size}`);
  }
  for (const [token, by] of logitBias) {
    if (!(Math.abs(by) <= BIAS_LIMIT)) {
      throw invalid("logit_bias", `must be from -${BIAS_LIMIT} to ${BIAS_LIMIT}, not ${by} for token ${token}`);
    }
  }
  if (!(penaltyLambda >= 0 && penaltyLambda <= BIAS_LIMIT)) {
    throw invalid("penalty_lambda", `must be from 0 to ${BIAS_LIMIT}, not ${penaltyLambda}`);
  }
  if (!(Number.isInteger(minTokens) && minTokens >= 0 && minTokens <= maxTokens)) {
    throw invalid("min_tokens", `must be a whole number from 0 to max_tokens, ${maxTokens}, not ${minTokens}`);
  }
  return { logitBias, penaltyLambda, minTokens };
}

function invalid(param: string, message: string): WorkerError {
  return new WorkerError("invalid_request", `${param}: ${message}`, { param });
}
