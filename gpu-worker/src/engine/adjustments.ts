/**
 * What a request moves at the logits before anything is chosen: tokens that it favours or forbids, the neighbour that it would
 * not see repeated, end tokens that come too early. It knows no model and no rule of decoding.
 */
import { WorkerError } from "../errors.ts";
import type { DecodeOptions } from "./decode.ts";
import type { GenerateRequest } from "./engine.ts";

/** Each is added at every cell, at every step. */
const BIASED_TOKENS_LIMIT = 1024;

/** OpenAI's own limit: as good as a ban, or as a choice. */
const BIAS_LIMIT = 100;

export interface AdjustmentOptions {
  readonly logitBias: ReadonlyMap<number, number>;
  /**
   * Taken off the logit of the token that stands one cell before, whatever it is: off the mask's where a mask does. The block's
   * first cell has no cell before. Source: SGLang's JointThreshold.
   */
  readonly penaltyLambda: number;
  /** Cells of the answer in which no end token may stand. */
  readonly minTokens: number;
}

/** Where an answer stands in its blocks. */
export interface AnswerPlace {
  readonly blockLength: number;
  /** Cells of the prompt in block 0. */
  readonly prompted: number;
  readonly endTokens: ReadonlySet<number>;
}

/** The option of `decode` that moves logits; none where nothing is to be moved. */
export function adjusting(
  options: AdjustmentOptions,
  { blockLength, prompted, endTokens }: AnswerPlace,
): Pick<DecodeOptions, "adjust"> {
  const { logitBias, penaltyLambda, minTokens } = options;
  if (logitBias.size === 0 && penaltyLambda === 0 && minTokens <= 0) return {};
  const adjust: DecodeOptions["adjust"] = (block, tokens, cells) =>
    cells.flatMap((cell) => {
      const moved = new Map(logitBias);
      const before = tokens[cell - 1];
      if (penaltyLambda > 0 && before !== undefined) moved.set(before, (moved.get(before) ?? 0) - penaltyLambda);
      const isEarly = block * blockLength + cell - prompted < minTokens;
      if (isEarly) for (const token of endTokens) moved.set(token, Number.NEGATIVE_INFINITY);
      return Array.from(moved, ([token, by]) => ({ cell, token, by }));
    });
  return { adjust };
}

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
