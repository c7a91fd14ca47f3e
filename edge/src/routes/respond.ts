/** Turns a generation request into an HTTP response: one JSON body, or a stream of messages. */
import { type EditEvent, type TraceContext, traceContextOf } from "@palimpsest/proto";
import type { Context } from "hono";
import type { RouteDependencies } from "../dependencies.ts";
import { EdgeError, unexpected } from "../errors.ts";
import { type Client, clientOf } from "../keys/require-key.ts";
import { type FinishedResponse, finishResponse, type ResponseHead } from "../openai/finished-response.ts";
import type { ClientRequest } from "../ports.ts";
import { beginResponse, beginWithin } from "../stream/begin-response.ts";
import { disconnection } from "../stream/client.ts";
import { mergeResponses } from "../stream/merge-responses.ts";
import { type SseMessage, sse } from "../stream/sse.ts";
import { type ResponseClaim, releasingKey } from "./idempotency.ts";

/** A stream whose response still waits in a queue after this time gets its headers. A later failure is then a message. */
const QUEUED_MS = 3_000;

export interface Completion {
  readonly claim: ResponseClaim;
  readonly request: ClientRequest;
  /** Requests whose choices stand behind those of the first, each with an id of its own. */
  readonly more?: readonly ClientRequest[];
  /** The streamed form; undefined if the client did not ask for a stream. */
  readonly stream: StreamedForm | undefined;
  /** The form that is not streamed. */
  body(response: FinishedResponse): object;
  /** Keeps the response while its events pass. Absent: it is not kept. @param signal aborts when the client disconnects */
  kept?(events: AsyncIterable<EditEvent>, signal: AbortSignal): AsyncIterable<EditEvent>;
  /** The answer to a background request that is not streamed: sent as soon as it runs or waits. Absent: the whole answer is. */
  accepted?(isWaiting: boolean): object;
}

/** For the middleware that tells the edge's own time. */
export interface TimingVariables {
  /** Time from the request to a worker until its first event, or until its last one where the answer is not streamed. */
  waitedMs?: number;
}

export interface StreamedForm {
  messages(events: AsyncIterable<EditEvent>, head: ResponseHead): AsyncIterable<SseMessage>;
  /** The last message of a stream that failed behind its headers. */
  failed(error: EdgeError): SseMessage;
  /** Sent while the stream is idle. Absent: a comment. */
  readonly heartbeat?: SseMessage;
}

/**
 * The HTTP response to a completion. A client that disconnects cancels it, except in the background. In a fleet it may come back
 * within a grace: `x-response-id` says under which id.
 * @throws EdgeError when the response fails before its first event and its headers, or at any time when it is not streamed
 */
export async function respond(c: Context, edge: RouteDependencies, completion: Completion): Promise<Response> {
  const { clock, log, heartbeats } = edge;
  const { stream, request, body } = completion;
  const { accepted, kept } = completion;
  const isDetached = !stream && request.background === true && accepted !== undefined;
  const disconnected = isDetached ? new AbortController() : disconnection(c);
  const { signal } = disconnected;
  const trace = traceContextOf(c.req.header("traceparent"), c.req.header("tracestate"));
  const events = eventsOf(edge, completion, { client: clientOf(c), trace }, signal);
  const source = kept ? kept(events, signal) : events;
  const head = { id: request.responseId, model: request.model, created: Math.floor(clock.now() / 1000) };
  if (edge.responses) c.header("x-response-id", head.id);
  const waitMs = Math.min(QUEUED_MS, edge.heartbeatMs);
  const askedMs = clock.monotonic();
  const answered = () => c.set("waitedMs", clock.monotonic() - askedMs);
  if (isDetached) {
    const { events, isLate } = await beginWithin(source, waitMs, clock);
    void readAll(events).catch((error) =>
      log.warn({ response_id: head.id, err: error }, "a background response failed"),
    );
    return c.json(accepted(isLate));
  }
  if (!stream) {
    const finished = await finishResponse(await beginResponse(source), head);
    answered();
    return c.json(body(finished));
  }
  const { events: begun, isLate } = await beginWithin(source, waitMs, clock);
  answered();
  return sse(c, stream.messages(begun, head), {
    ...{ heartbeats, isLate },
    disconnected,
    failed: (error) =>
      stream.failed(error instanceof EdgeError ? error : unexpected(error, log, { response_id: head.id })),
    heartbeat: stream.heartbeat,
  });
}

/** The events of the response that the Idempotency-Key identifies, or of a new one. */
function eventsOf(
  { replicas, responses, limiter }: RouteDependencies,
  { claim, request, stream, more = [] }: Completion,
  { client, trace }: { readonly client: Client; readonly trace: TraceContext | undefined },
  signal: AbortSignal,
): AsyncIterable<EditEvent> {
  if (request.background && !responses) throw noBackground();
  const scope = claim.owner === "" ? {} : { cacheScope: claim.owner };
  const traced = trace && { trace };
  // Several prompts have no id by which to come back to all of them.
  const canReturn = claim.key !== undefined || (stream !== undefined && more.length === 0);
  const { responseId, choices } = request;
  const open = (one: ClientRequest, signal: AbortSignal) =>
    claim.exists && responses
      ? responses.watch(one.responseId, undefined, signal)
      : replicas.generate({ ...one, ...scope, ...traced, canReturn }, signal);
  const openAll = (all: readonly ClientRequest[]) =>
    all.length === 1
      ? open(all[0]!, signal)
      : mergeResponses(
          { responseId, count: all.length, choices, open: (index, signal) => open(all[index]!, signal) },
          signal,
        );
  const all = [request, ...more];
  if (claim.exists) return limiter.watched(client, responseId, openAll(all), signal);
  const events = limiter.limited(client, all, openAll, signal);
  if (!claim.key || !responses) return events;
  // A response that is cancelled without its client frees the key by that.
  return releasingKey(responses, claim.key, events, () => signal.aborted);
}

async function readAll(events: AsyncIterable<EditEvent>): Promise<void> {
  for await (const _ of events);
}

function noBackground(): EdgeError {
  const message = "background: this server stores no responses, only a fleet does; leave background out.";
  return new EdgeError("invalid_request", message, { param: "background" });
}
