/** The headers that tell clients what is left of their key's limits, as OpenAI's API has them. */
import type { Remaining, Standing } from "./usage.ts";

export function rateLimitHeaders({ requests, tokens }: Standing): [name: string, value: string][] {
  return [...headersOf("requests", requests), ...headersOf("tokens", tokens)];
}

function headersOf(unit: string, remaining: Remaining | undefined): [name: string, value: string][] {
  if (!remaining) return [];
  return [
    [`x-ratelimit-limit-${unit}`, String(remaining.limit)],
    [`x-ratelimit-remaining-${unit}`, String(remaining.remaining)],
    [`x-ratelimit-reset-${unit}`, duration(remaining.resetMs)],
  ];
}

/** As in 17ms, 1.5s and 1m30s. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.ceil(ms)}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms - minutes * 60_000) / 1000;
  return `${minutes > 0 ? `${minutes}m` : ""}${Number(seconds.toFixed(3))}s`;
}
