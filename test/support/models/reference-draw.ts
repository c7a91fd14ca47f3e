/** The distribution that a token is drawn from, and the draw, in plain loops. */
import type { Sampling } from "@palimpsest/proto";

/** Applies the temperature, removes the tokens of `never`, then cuts by top-k, then by top-p of the rest. */
export function drawnFrom(
  probabilities: readonly number[],
  never: readonly number[],
  { temperature, topK, topP }: Sampling,
): number[] {
  const tempered = normalized(probabilities.map((p, token) => (never.includes(token) ? 0 : p ** (1 / temperature))));
  const order = [...tempered.keys()].toSorted((a, b) => (tempered[b] as number) - (tempered[a] as number));
  const best = order.slice(0, topK ?? order.length);
  const share = best.reduce((sum, token) => sum + (tempered[token] as number), 0);
  let before = 0;
  const kept = new Set<number>();
  for (const token of best) {
    if (before / share <= (topP ?? 1)) kept.add(token);
    before += tempered[token] as number;
  }
  return normalized(tempered.map((p, token) => (kept.has(token) ? p : 0)));
}

/** The interval of a token in the cumulative distribution. */
export function interval(distribution: readonly number[], token: number): [number, number] {
  const from = distribution.slice(0, token).reduce((a, b) => a + b, 0);
  return [from, from + (distribution[token] as number)];
}

function normalized(values: readonly number[]): number[] {
  const sum = values.reduce((a, b) => a + b);
  return values.map((value) => value / sum);
}
