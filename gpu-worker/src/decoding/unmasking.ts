/** Mask to token (M2T), the choice that every rule makes the same way. */
import type { TokenProbability } from "./block.ts";

/** A step unmasks at least so many cells, however unsure the model is: so every decoding ends (the reference's `num_to_transfer`). */
export const LEAST_UNMASKED = 1;

/**
 * Cells to unmask: all whose token is more probable than the threshold, or, if fewer than `atLeast` are, the most probable.
 * Source: LLaDA2.1 report, equation 1.
 */
export function chooseUnmasked(
  masked: readonly number[],
  tokenAt: (cell: number) => TokenProbability,
  threshold: number,
  atLeast: number,
): Map<number, TokenProbability> {
  const tokens = new Map(masked.map((cell): [number, TokenProbability] => [cell, tokenAt(cell)]));
  const probability = (cell: number): number => (tokens.get(cell) as TokenProbability).probability;
  let chosen = masked.filter((cell) => probability(cell) > threshold);
  if (chosen.length < atLeast) {
    chosen = masked.toSorted((a, b) => probability(b) - probability(a) || a - b).slice(0, atLeast);
  }
  return new Map(chosen.map((cell) => [cell, tokens.get(cell) as TokenProbability]));
}
