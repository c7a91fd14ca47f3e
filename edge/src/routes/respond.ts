/** What the completion endpoints share: begin the response, then stream it or wait for it. */
import type { EditEvent } from "@palimpsest/proto";
import type { Context } from "hono";
import { tenantOf } from "../admission/keys.ts";
import type { EdgeDependencies } from "../dependencies.ts";
import { EdgeError, unexpected } from "../errors.ts";
import { type ChunkForm, chunks } from "../openai/chunks.ts";
import { type FinishedResponse, finishResponse } from "../openai/finished-response.ts";
import type { SharedParameters } from "../openai/parameters.ts";
import type { GenerateRequest, IdempotencyKey, Responses } from "../ports.ts";
import { beginResponse } from "../stream/begin-response.ts";
import { withHeartbeat } from "../stream/heartbeat.ts";
import { sse } from "../stream/sse.ts";

/** One endpoint's part of an answer. */
export interface Answer {
  readonly request: GenerateRequest;
  /** How it looks streamed. */
  readonly form: ChunkForm;
  /** How it looks otherwise. */
  whole(response: FinishedResponse): object;
}

export interface Asked {
  readonly body: Pick<SharedParameters, "stream" | "stream_options" | "background">;
  readonly prefix: "chatcmpl" | "cmpl";
  answer(responseId: string): Answer;
}

/**
 * A client that goes away cancels the response, unless it asked for it in the background: before its headers by the
 * request's signal, after them by the stream's.
 */
export async function answer(c: Context, edge: EdgeDependencies, asked: Asked): Promise<Response> {
  const { clock, log, heartbeatMs } = edge;
  const { body } = asked;
  const gone = new AbortController();
  const signal = AbortSignal.any([c.req.raw.signal, gone.signal]);
  const { id, events, form, whole, model } = await open(c, edge, asked, signal);
  const head = { id, model, created: Math.floor(clock.now() / 1000) };
  c.header("x-response-id", id);
  if (!body.stream) return c.json(whole(await finishResponse(events, head)));
  const { include_usage, include_edits } = body.stream_options ?? {};
  const options = { ...head, includeUsage: include_usage === true, includeEdits: include_edits === true };
  return sse(c, withHeartbeat(chunks(events, form, options), heartbeatMs, clock), {
    cancel: () => gone.abort(),
    failed: (error) => ({ data: JSON.stringify(unexpected(error, log, { response_id: id })) }),
  });
}

/** The response that the request is for: a new one, or the one that its idempotency key already stands for. */
async function open(c: Context, { replicas, responses, keys }: EdgeDependencies, asked: Asked, signal: AbortSignal) {
  if (asked.body.background && !responses) throw noBackground();
  const owner = await ownerOf(c, keys);
  const key = idempotencyKey(c, owner, asked.body);
  const fresh = newResponseId(asked.prefix);
  const known = key && (await responses?.claimKey(key, fresh));
  if (known && !known.sameBody) throw otherBody();
  const id = known?.responseId ?? fresh;
  const { request, form, whole } = asked.answer(id);
  if (known && (await responses?.isKnown(id, owner)))
    return {
      id,
      model: request.model,
      form,
      whole,
      events: await beginResponse(responses!.watch(id, undefined, signal)),
    };
  const generated = replicas.generate({ ...request, ...(owner && { cacheScope: owner }) }, signal);
  const goesOn = () => asked.body.background === true && signal.aborted;
  const events = key && responses ? holding(responses, key, generated, goesOn) : generated;
  return { id, model: request.model, form, whole, events: await beginResponse(events) };
}

/** A key stands for a response that goes on or has ended: not for one that was cancelled, or that is worth another try. */
async function* holding(
  responses: Responses,
  key: IdempotencyKey,
  events: AsyncIterable<EditEvent>,
  goesOn: () => boolean,
): AsyncGenerator<EditEvent, void> {
  const release = async () => {
    if (!goesOn()) await responses.releaseKey(key);
  };
  let ended = false;
  try {
    for await (const event of events) {
      ended = event.type === "end" || event.type === "error";
      if (event.type === "error" && (event.retryable || event.code === "cancelled")) await release();
      yield event;
    }
  } finally {
    if (!ended) await release();
  }
}

/** Stands for the holder of the key; empty where nobody is told apart. */
export async function ownerOf(c: Context, keys: readonly string[]): Promise<string> {
  const authorization = keys.length > 0 ? c.req.header("authorization") : undefined;
  return authorization === undefined ? "" : tenantOf(authorization);
}

/** Longer ones stand for nothing that a client would repeat. */
const MAX_KEY_LENGTH = 256;

function idempotencyKey(c: Context, owner: string, body: object): IdempotencyKey | undefined {
  const key = c.req.header("idempotency-key");
  if (!key) return undefined;
  if (key.length <= MAX_KEY_LENGTH) return { owner, key, body: JSON.stringify([c.req.path, body]) };
  throw new EdgeError("invalid_request", `Idempotency-Key has more than ${MAX_KEY_LENGTH} characters.`);
}

function noBackground(): EdgeError {
  const message = "background: this server keeps no responses: only a fleet does. Leave it out.";
  return new EdgeError("invalid_request", message, { param: "background" });
}

function otherBody(): EdgeError {
  const message = "The Idempotency-Key was sent before with another body; send a new key.";
  return new EdgeError("idempotency_conflict", message);
}

/** Unguessable: whoever knows it may read the response where no keys are configured. */
function newResponseId(prefix: "chatcmpl" | "cmpl"): string {
  return `${prefix}-${crypto.randomUUID().replaceAll("-", "")}`;
}
