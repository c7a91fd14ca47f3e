/** Logit adjustments of a request, applied before any token is chosen: biases, a penalty on repetition, early end tokens. */
import type { DecodeOptions } from "./open-window.ts";

export interface AdjustmentOptions {
  readonly logitBias: ReadonlyMap<number, number>;
  /**
   * Subtracted from the logit of the token one cell before; from the mask token's if that cell is masked. A block's first cell
   * is not penalized. Source: SGLang's JointThreshold.
   */
  readonly penaltyLambda: number;
  /**
   * Subtracted from the logit of each token that the answer holds at another cell up to the end of the cell's block: once, and
   * once for each time. The prompt and masked cells do not count. Source: OpenAI's definition, over blocks.
   */
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
  /** Cells of the answer that may hold no end token. */
  readonly minTokens: number;
}

/** Position of an answer in its blocks. */
export interface AnswerPlace {
  readonly blockLength: number;
  /** Cells of the prompt in block 0. */
  readonly prompted: number;
  readonly endTokens: ReadonlySet<number>;
  readonly maskToken: number;
}

/** The option of a decoding that adjusts logits; empty if the request adjusts none. */
export function adjusting(
  options: AdjustmentOptions,
  { blockLength, prompted, endTokens, maskToken }: AnswerPlace,
): Pick<DecodeOptions, "adjust"> {
  const { logitBias, penaltyLambda, presencePenalty, frequencyPenalty, minTokens } = options;
  const counts = presencePenalty !== 0 || frequencyPenalty !== 0;
  if (logitBias.size === 0 && penaltyLambda === 0 && !counts && minTokens <= 0) return {};
  const adjust: DecodeOptions["adjust"] = ({ block, tokens, cells, answered }) => {
    const own = tokens.slice(block === 0 ? prompted : 0).filter((token) => token !== maskToken);
    const times = counts ? countTokens([...answered, ...own]) : new Map<number, number>();
    return cells.flatMap((cell) => {
      const moved = new Map(logitBias);
      const add = (token: number, by: number): void => void moved.set(token, (moved.get(token) ?? 0) + by);
      // Distinct tokens of an answer x cells of a block: some thousands at most, as for a bias.
      for (const [token, all] of times) {
        const others = token === tokens[cell] ? all - 1 : all;
        if (others > 0) add(token, -presencePenalty - frequencyPenalty * others);
      }
      const before = tokens[cell - 1];
      if (penaltyLambda > 0 && before !== undefined) add(before, -penaltyLambda);
      const isEarly = block * blockLength + cell - prompted < minTokens;
      if (isEarly) for (const token of endTokens) moved.set(token, Number.NEGATIVE_INFINITY);
      return Array.from(moved, ([token, by]) => ({ cell, token, by }));
    });
  };
  return { adjust };
}

function countTokens(tokens: readonly number[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const token of tokens) times.set(token, (times.get(token) ?? 0) + 1);
  return times;
}
