/** Logit adjustments of a request, applied before any token is chosen: biases, a penalty on repetition, early end tokens. */
import type { DecodeOptions } from "./open-window.ts";

export interface AdjustmentOptions {
  readonly logitBias: ReadonlyMap<number, number>;
  /**
   * Subtracted from the logit of the token one cell before; from the mask token's if that cell is masked. A block's first cell
   * is not penalized. Source: SGLang's JointThreshold.
   */
  readonly penaltyLambda: number;
  /** Cells of the answer that may hold no end token. */
  readonly minTokens: number;
}

/** Position of an answer in its blocks. */
export interface AnswerPlace {
  readonly blockLength: number;
  /** Cells of the prompt in block 0. */
  readonly prompted: number;
  readonly endTokens: ReadonlySet<number>;
}

/** The option of a decoding that adjusts logits; empty if the request adjusts none. */
export function adjusting(
  options: AdjustmentOptions,
  { blockLength, prompted, endTokens }: AnswerPlace,
): Pick<DecodeOptions, "adjust"> {
  const { logitBias, penaltyLambda, minTokens } = options;
  if (logitBias.size === 0 && penaltyLambda === 0 && minTokens <= 0) return {};
  const adjust: DecodeOptions["adjust"] = ({ block, tokens, cells }) =>
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
