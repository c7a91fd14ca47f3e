/**
 * The rules of a key's limits, over what the key has used. A minute's limit is a bucket that empties steadily, so a client
 * that keeps to the rate never waits, and one that paused may catch up by a minute's worth. Tokens are counted when they are
 * committed: nobody knows before how long an answer will be. An answer that runs over its minute is paid back before the next
 * one begins, and ended if it runs far over.
 */
import type { KeyLimits } from "../ports.ts";

const MINUTE_MS = 60_000;
/** The share of a minute's tokens by which running responses may exceed them. */
const TOLERANCE = 0.1;
/** A response that no edge has counted for this long belongs to an edge that is lost. */
export const LAPSE_MS = 6_000;
/** A fleet's log, by which a lost edge's response is counted, expires after this. */
const FORGET_MS = 20 * MINUTE_MS;
/** Keeps a key's text far below NATS' limit on a message. */
const MAX_RUNNING = 4096;

/** A key's use of its limits. */
export interface Usage {
  readonly requests: Level;
  readonly tokens: Level;
  readonly month: { readonly name: string; readonly tokens: number };
  /** By response id. */
  readonly running: Readonly<Record<string, RunningResponse>>;
}

/** Contents of a bucket that empties by a minute's limit in each minute. */
interface Level {
  readonly used: number;
  readonly atMs: number;
}

interface RunningResponse {
  /** Its tokens that were counted. */
  readonly tokens: number;
  /** Responses that it consists of: several for a list of prompts, 0 once no log knows it. */
  readonly parts: number;
  readonly startMs: number;
  /** Unix milliseconds at which an edge last counted it. */
  readonly seenMs: number;
}

export type Limit = "requests" | "tokens" | "month" | "concurrent";

export interface Decision {
  /** The limit that refuses the request. Absent: it is admitted. */
  readonly refusedBy?: Limit;
  /** Time until that limit may admit it. */
  readonly retryAfterMs: number;
  readonly standing: Standing;
}

/** A change has the usage after it, its result, and the responses of lost edges, which this edge has to count from now on. */
export interface Change<T> {
  readonly usage: Usage;
  readonly result: T;
  readonly lapsed: readonly string[];
}

/** The rest, for the headers of an answer. Absent for a limit that the key does not have. */
export interface Standing {
  readonly requests?: Remaining;
  readonly tokens?: Remaining;
}

export interface Remaining {
  readonly limit: number;
  readonly remaining: number;
  /** Time until the limit is whole again. */
  readonly resetMs: number;
}

/** The usage that a store has; undefined for a key without any. */
export function usageIn(value: unknown): Usage {
  if (value !== undefined) return value as Usage;
  const empty = { used: 0, atMs: 0 };
  return { requests: empty, tokens: empty, month: { name: "", tokens: 0 }, running: {} };
}

/**
 * Decides about a request, and counts it if it is admitted. A request that is running is admitted again and counted once: the
 * store repeats a change whose write nobody confirmed, and the write may have been made.
 */
export function admit(
  before: Usage,
  limits: KeyLimits,
  { responseId, parts }: { responseId: string; parts: number },
  nowMs: number,
): Change<Decision> {
  const { usage, lapsed } = atTime(before, limits, nowMs, responseId);
  const known = usage.running[responseId];
  if (known) {
    const again: Usage = { ...usage, running: { ...usage.running, [responseId]: { ...known, parts } } };
    return { usage: again, result: { retryAfterMs: 0, standing: standingOf(again, limits) }, lapsed };
  }
  const refusal = refusalOf(usage, limits, parts, nowMs);
  const admitted: Usage = refusal
    ? usage
    : {
        ...usage,
        requests: { ...usage.requests, used: usage.requests.used + 1 },
        running: { ...usage.running, [responseId]: { tokens: 0, parts, startMs: nowMs, seenMs: nowMs } },
      };
  return { usage: admitted, result: { retryAfterMs: 0, ...refusal, standing: standingOf(admitted, limits) }, lapsed };
}

/**
 * Counts a running response's tokens so far, which several edges may do. Of a response that is not running nothing is
 * counted: it has ended. The result is the limit that is exceeded, and by which the response has to end.
 */
export function count(
  before: Usage,
  limits: KeyLimits,
  { responseId, tokens }: Counted,
  nowMs: number,
): Change<Limit | undefined> {
  const { usage, lapsed } = atTime(before, limits, nowMs, responseId);
  const known = usage.running[responseId];
  if (known === undefined) return { usage, result: undefined, lapsed };
  const charged = charge(usage, { responseId, tokens: Math.max(tokens, known.tokens) });
  const { tokensPerMinute = Number.POSITIVE_INFINITY, tokensPerMonth = Number.POSITIVE_INFINITY } = limits;
  const isOverMinute = charged.tokens.used > tokensPerMinute * (1 + TOLERANCE);
  const exceeded = charged.month.tokens > tokensPerMonth ? "month" : isOverMinute ? "tokens" : undefined;
  return { usage: charged, result: exceeded, lapsed };
}

/**
 * Counts all tokens of a response, which has ended. A response that no log knows has undefined tokens: those that are counted
 * stay, and it takes no place. Its id is kept, because its edge may still repeat its admission.
 */
export function release(
  before: Usage,
  limits: KeyLimits,
  { responseId, tokens }: { readonly responseId: string; readonly tokens: number | undefined },
  nowMs: number,
): Change<undefined> {
  const { usage, lapsed } = atTime(before, limits, nowMs, responseId);
  const known = usage.running[responseId];
  if (tokens === undefined) {
    const running = known ? { ...usage.running, [responseId]: { ...known, parts: 0 } } : usage.running;
    return { usage: { ...usage, running }, result: undefined, lapsed };
  }
  const charged = charge(usage, { responseId, tokens });
  const { [responseId]: _, ...running } = charged.running;
  return { usage: { ...charged, running }, result: undefined, lapsed };
}

interface Counted {
  readonly responseId: string;
  readonly tokens: number;
}

function charge(usage: Usage, { responseId, tokens }: Counted): Usage {
  const response = usage.running[responseId];
  if (!response) return usage;
  const more = tokens - response.tokens;
  return {
    ...usage,
    tokens: { ...usage.tokens, used: Math.max(0, usage.tokens.used + more) },
    month: { ...usage.month, tokens: Math.max(0, usage.month.tokens + more) },
    running: { ...usage.running, [responseId]: { ...response, tokens } },
  };
}

function refusalOf(usage: Usage, limits: KeyLimits, parts: number, nowMs: number) {
  const { requestsPerMinute, tokensPerMinute, tokensPerMonth, concurrent = MAX_RUNNING } = limits;
  if (tokensPerMonth !== undefined && usage.month.tokens >= tokensPerMonth) {
    return { refusedBy: "month", retryAfterMs: nextMonthMs(nowMs) - nowMs } as const;
  }
  if (tokensPerMinute !== undefined && usage.tokens.used > tokensPerMinute - 1) {
    return { refusedBy: "tokens", retryAfterMs: emptyingMs(usage.tokens, tokensPerMinute, 1) } as const;
  }
  const running = Object.values(usage.running).reduce((sum, one) => sum + one.parts, 0);
  if (running + parts > concurrent) return { refusedBy: "concurrent", retryAfterMs: CONCURRENT_RETRY_MS } as const;
  if (requestsPerMinute !== undefined && usage.requests.used > requestsPerMinute - 1) {
    return { refusedBy: "requests", retryAfterMs: emptyingMs(usage.requests, requestsPerMinute, 1) } as const;
  }
  return undefined;
}

/** A running response ends at some time that nobody knows. */
const CONCURRENT_RETRY_MS = 1_000;

/** Time until the bucket has room for so many. */
function emptyingMs({ used }: Level, perMinute: number, room: number): number {
  return Math.ceil(((used + room - perMinute) * MINUTE_MS) / perMinute);
}

function standingOf(usage: Usage, { requestsPerMinute, tokensPerMinute }: KeyLimits): Standing {
  const remaining = ({ used }: Level, limit: number): Remaining => ({
    limit,
    remaining: Math.max(0, Math.floor(limit - used)),
    resetMs: Math.ceil((used * MINUTE_MS) / limit),
  });
  return {
    ...(requestsPerMinute !== undefined && { requests: remaining(usage.requests, requestsPerMinute) }),
    ...(tokensPerMinute !== undefined && { tokens: remaining(usage.tokens, tokensPerMinute) }),
  };
}

/**
 * The same usage at a later time: buckets have emptied, and a month may have begun. Responses that have lapsed are seen from now
 * on, so that only one edge is told.
 * @param seen a response that its edge counts now
 */
function atTime(
  usage: Usage,
  { requestsPerMinute, tokensPerMinute }: KeyLimits,
  nowMs: number,
  seen?: string,
): { readonly usage: Usage; readonly lapsed: readonly string[] } {
  const name = monthOf(nowMs);
  const lapsed: string[] = [];
  const running = Object.entries(usage.running).flatMap(([id, response]) => {
    if (nowMs - response.startMs >= FORGET_MS) return [];
    if (id === seen) return [[id, { ...response, seenMs: nowMs }]];
    if (response.parts === 0 || nowMs - response.seenMs <= LAPSE_MS) return [[id, response]];
    // Several responses under one id: they have no log by which to count them, and end with their edge.
    if (response.parts > 1) return [[id, { ...response, parts: 0 }]];
    lapsed.push(id);
    return [[id, { ...response, seenMs: nowMs }]];
  });
  const current: Usage = {
    requests: emptied(usage.requests, requestsPerMinute, nowMs),
    tokens: emptied(usage.tokens, tokensPerMinute, nowMs),
    // An edge whose clock is behind must not bring the last month back.
    month: name > usage.month.name ? { name, tokens: 0 } : usage.month,
    running: Object.fromEntries(running),
  };
  return { usage: current, lapsed };
}

function emptied({ used, atMs }: Level, perMinute: number | undefined, nowMs: number): Level {
  if (perMinute === undefined) return { used: 0, atMs: nowMs };
  // Clocks of edges differ: time that another edge has counted does not count twice.
  const passedMs = Math.max(0, nowMs - atMs);
  return { used: Math.max(0, used - (passedMs * perMinute) / MINUTE_MS), atMs: Math.max(atMs, nowMs) };
}

/** As in 2026-11, in UTC. */
function monthOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 7);
}

function nextMonthMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
}
