/** Holds keys to their limits: admits their requests, counts the tokens of their responses, and ends those that exceed them. */
import type { EditEvent } from "@palimpsest/proto";
import { every } from "../clock.ts";
import { EdgeError } from "../errors.ts";
import type { ApiKey, ClientRequest, Clock, Log, Responses, UsageStore } from "../ports.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";
import type { Client } from "./require-key.ts";
import { createCounter, isLast, tokensOf } from "./token-counter.ts";
import { admit, type Change, count, type Limit, release, type Usage, usageIn } from "./usage.ts";

/** Interval at which a running response is counted when it has no commits: much less than it takes to lapse. */
const RENEW_MS = 2_000;
/** Interval at which a response that nobody reads here is counted by its log. */
const FOLLOW_MS = 1_000;
/** The highest class first. */
const CLASSES = ["interactive", "default", "batch"] as const;

export interface LimiterOptions {
  readonly usage: UsageStore;
  /** Only in a fleet, where responses outlive their readers. */
  readonly responses?: Responses | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Aborts when the edge leaves: other edges count what still runs. */
  readonly draining: AbortSignal;
}

export interface Limiter {
  /**
   * The events of new responses to one HTTP request, once the key may have them.
   * @param open opens them, with the class that the key gives them
   * @param signal aborts when the client disconnects
   * @throws EdgeError before the first event: `model_not_allowed`, `priority_not_allowed`, `rate_limit_exceeded`,
   * `insufficient_quota`; the last two also later, when the response has exceeded the limit
   */
  limited(
    client: Client,
    requests: readonly ClientRequest[],
    open: Open,
    signal: AbortSignal,
  ): AsyncIterable<EditEvent>;
  /** The events of a response that the client reads again, counted: the edge that began it may be lost. */
  watched(
    client: Client,
    responseId: string,
    events: AsyncIterable<EditEvent>,
    signal: AbortSignal,
  ): AsyncIterable<EditEvent>;
}

type Open = (requests: readonly ClientRequest[]) => AsyncIterable<EditEvent>;

/** A response of a key. */
interface Running {
  readonly key: ApiKey;
  readonly responseId: string;
  /** True for several responses, which end with their reader. */
  readonly isList?: boolean;
}

export function createLimiter({ usage, responses, clock, log, draining }: LimiterOptions): Limiter {
  const followed = new Set<string>();

  async function update<T>(key: ApiKey, change: (usage: Usage) => Change<T>): Promise<T> {
    const { result, lapsed } = await usage.update(key.id, (value) => {
      const changed = change(usageIn(value));
      return [changed.usage, changed];
    });
    for (const responseId of lapsed) startFollowing({ key, responseId });
    return result;
  }

  const countTokens = ({ key, responseId }: Running, tokens: number) =>
    update(key, (before) => count(before, key.limits, { responseId, tokens }, clock.now()));
  const end = ({ key, responseId }: Running, tokens: number | undefined) =>
    update(key, (before) => release(before, key.limits, { responseId, tokens }, clock.now()));

  /** Counts a response by its log until it ends, or this edge leaves. */
  async function follow(running: Running, fleet: Responses): Promise<void> {
    const { key, responseId } = running;
    if (followed.has(responseId)) return;
    followed.add(responseId);
    try {
      while (!draining.aborted) {
        const events = await fleet.read(responseId);
        const tokens = tokensOf(events);
        const isKnown = events.length > 0 || (await fleet.isKnown(responseId, key.owner));
        if (!isKnown) return await end(running, undefined);
        if (events.some(isLast)) return await end(running, tokens);
        if (await countTokens(running, tokens)) await fleet.cancel(responseId);
        await clock.sleep(FOLLOW_MS, draining).catch(() => {});
      }
    } finally {
      followed.delete(responseId);
    }
  }

  function startFollowing(running: Running): void {
    if (!responses) return;
    const { key, responseId } = running;
    void follow(running, responses).catch((error) =>
      log.warn({ key: key.id, response_id: responseId, err: error }, "stopped counting a response; another edge will"),
    );
  }

  /**
   * The same events, counted.
   * @param before those that are counted already
   */
  async function* counted(
    running: Running,
    events: AsyncIterable<EditEvent>,
    before: readonly EditEvent[],
    signal: AbortSignal,
  ): AsyncGenerator<EditEvent, void> {
    const { key, responseId, isList } = running;
    const counter = createCounter((tokens) => countTokens(running, tokens), { before, log });
    using _renewal = every(clock, RENEW_MS, () => counter.renew());
    let hasBegun = before.length > 0;
    let isOver = false;
    try {
      for await (const event of events) {
        hasBegun ||= event.type !== "queued";
        // A client that leaves ends the events for itself: its response may go on.
        isOver = isLast(event) && !(signal.aborted && event.type === "error");
        if (counter.exceeded !== undefined && !isOver) {
          await responses?.cancel(responseId).catch(() => {});
          throw exceeded(key, counter.exceeded);
        }
        counter.take(event);
        yield event;
      }
    } finally {
      if (responses && hasBegun && !isOver && !isList) startFollowing(running);
      else {
        void end(running, counter.tokens).catch((error) =>
          log.warn({ key: key.id, response_id: responseId, err: error }, "could not count the end of a response"),
        );
      }
    }
  }

  async function* admitted(
    { key, headers }: Client & { readonly key: ApiKey },
    requests: readonly ClientRequest[],
    open: Open,
    signal: AbortSignal,
  ): AsyncGenerator<EditEvent, void> {
    const allowed = requests.map((request) => allowedBy(key, request));
    if (!hasLimits(key)) return yield* open(allowed);
    const { responseId } = requests[0]!;
    const parts = requests.length;
    const { concurrent = parts } = key.limits;
    if (parts > concurrent) throw tooManyParts(parts, concurrent);
    const decision = await update(key, (before) => admit(before, key.limits, { responseId, parts }, clock.now()));
    for (const [name, value] of rateLimitHeaders(decision.standing)) headers.set(name, value);
    if (decision.refusedBy) throw refused(key, decision.refusedBy, decision.retryAfterMs);
    yield* counted({ key, responseId, isList: parts > 1 }, open(allowed), [], signal);
  }

  async function* countedAgain(
    running: Running,
    events: AsyncIterable<EditEvent>,
    fleet: Responses,
    signal: AbortSignal,
  ): AsyncGenerator<EditEvent, void> {
    const before = await fleet.read(running.responseId);
    yield* before.some(isLast) ? events : counted(running, events, before, signal);
  }

  return {
    limited(client, requests, open, signal) {
      const { key } = client;
      const isBound = key !== undefined && (hasLimits(key) || key.models !== undefined || key.priority !== undefined);
      return isBound ? admitted({ ...client, key }, requests, open, signal) : open(requests);
    },
    watched({ key }, responseId, events, signal) {
      return key && hasLimits(key) && responses ? countedAgain({ key, responseId }, events, responses, signal) : events;
    },
  };
}

/** The request in the class that the key gives it. @throws EdgeError `model_not_allowed`, `priority_not_allowed` */
function allowedBy(key: ApiKey, request: ClientRequest): ClientRequest {
  if (!mayUse(key, request.model)) throw modelNotAllowed(request.model);
  const { priority = key.priority } = request;
  if (priority === undefined || key.priority === undefined) return request;
  if (CLASSES.indexOf(priority) < CLASSES.indexOf(key.priority)) throw priorityNotAllowed(priority, key.priority);
  return { ...request, priority };
}

function hasLimits({ limits }: ApiKey): boolean {
  return Object.keys(limits).length > 0;
}

/** True if the key may use the model. */
export function mayUse({ models }: ApiKey, model: string): boolean {
  return models === undefined || models.includes(model);
}

export function modelNotAllowed(model: string): EdgeError {
  const message = `The API key may not use the model "${model}"; GET /v1/models lists those that it may.`;
  return new EdgeError("model_not_allowed", message, { param: "model" });
}

function priorityNotAllowed(priority: string, highest: string): EdgeError {
  const message = `priority: the API key may use "${highest}" and lower, not "${priority}"; leave priority out.`;
  return new EdgeError("priority_not_allowed", message, { param: "priority" });
}

function tooManyParts(parts: number, concurrent: number): EdgeError {
  const message = `prompt: has ${parts} prompts, but the API key may run ${concurrent} responses at once; send fewer.`;
  return new EdgeError("invalid_request", message, { param: "prompt" });
}

function refused({ limits }: ApiKey, by: Limit, retryAfterMs: number): EdgeError {
  const when = by === "month" ? "when the next month begins, in UTC" : `in ${retryAfterMs} ms`;
  const message = `The API key's limit of ${textOf(by, limits)} is reached; try again ${when}.`;
  return new EdgeError(codeOf(by), message, { retryAfterMs });
}

function exceeded({ limits }: ApiKey, limit: Limit): EdgeError {
  const message = `The API key's limit of ${textOf(limit, limits)} was exceeded, which ended the response.`;
  return new EdgeError(codeOf(limit), message);
}

function codeOf(limit: Limit): "insufficient_quota" | "rate_limit_exceeded" {
  return limit === "month" ? "insufficient_quota" : "rate_limit_exceeded";
}

function textOf(limit: Limit, limits: ApiKey["limits"]): string {
  switch (limit) {
    case "requests":
      return `${limits.requestsPerMinute} requests per minute`;
    case "tokens":
      return `${limits.tokensPerMinute} tokens per minute`;
    case "month":
      return `${limits.tokensPerMonth} tokens per month`;
    case "concurrent":
      return `${limits.concurrent} responses at once`;
  }
}
