/** Shares with their intervals, and the unbiased estimate of pass@k. */

/** A share and its 95% interval, all in [0, 1]. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5% point of the normal distribution. */
const Z = 1.959964;
/** Bootstrap resamples: enough that the bootstrap's own error is far below the interval's width. */
const RESAMPLES = 2000;

/**
 * `hits` of `count` with Wilson's score interval (Wilson, 1927), which stays sensible near 0 and 1. `count` is above 0.
 */
export function wilson(hits: number, count: number): Estimate {
  const value = hits / count;
  const scale = 1 / (1 + Z ** 2 / count);
  const middle = scale * (value + Z ** 2 / (2 * count));
  const half = scale * Z * Math.sqrt((value * (1 - value)) / count + Z ** 2 / (4 * count ** 2));
  return { value, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/**
 * The probability that at least one of `k` answers drawn from `count`, of which `hits` pass, passes: 1 - C(count -
 * hits, k) / C(count, k) (Chen et al., 2021). `k` is at most `count`.
 */
export function passAtK(count: number, hits: number, k: number): number {
  let allFail = 1;
  for (let i = 0; i < k; i++) allFail *= Math.max(0, count - hits - i) / (count - i);
  return 1 - allFail;
}

/** The mean of values with a percentile bootstrap interval; deterministic for the same values. */
export function bootstrapMean(values: readonly number[]): Estimate {
  const random = xorshift(0x9e3779b9);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(values.map(() => values[Math.floor(random() * values.length)] as number)),
  ).sort((a, b) => a - b);
  return { value: mean(values), low: means[RESAMPLES * 0.025] as number, high: means[RESAMPLES * 0.975 - 1] as number };
}

/** The mean; NaN without values. */
export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
