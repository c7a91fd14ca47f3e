/**
 * What a request moves at the logits before anything is chosen: tokens that it favours or forbids, the neighbour that it would
 * not see repeated, end tokens that come too early. It knows no model and no rule of decoding.
 */
import type { DecodeOptions } from "./open-window.ts";

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
