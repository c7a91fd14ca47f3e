/** What the completion endpoints share: begin the response, then stream it or wait for it. */
import type { Context } from "hono";
import { tenantOf } from "../admission/keys.ts";
import type { EdgeDependencies } from "../app.ts";
import { unexpected } from "../errors.ts";
import { type ChunkForm, chunks } from "../openai/chunks.ts";
import { type FinishedResponse, finishResponse } from "../openai/finished-response.ts";
import type { SharedParameters } from "../openai/parameters.ts";
import type { GenerateRequest } from "../ports.ts";
import { withHeartbeat } from "../stream/heartbeat.ts";
import { beginResponse } from "../stream/response-events.ts";
import { sse } from "../stream/sse.ts";

export interface Answer {
  readonly body: Pick<SharedParameters, "stream" | "stream_options">;
  readonly request: GenerateRequest;
  /** How it looks streamed. */
  readonly form: ChunkForm;
  /** How it looks otherwise. */
  whole(response: FinishedResponse): object;
}

/** A client that goes away cancels the response: before its headers by the request's signal, after them by the stream's. */
export async function answer(
  c: Context,
  { replicas, clock, log, heartbeatMs, keys }: EdgeDependencies,
  { body, request: asked, form, whole }: Answer,
): Promise<Response> {
  const authorization = keys.length > 0 ? c.req.header("authorization") : undefined;
  const request = { ...asked, ...(authorization && { cacheScope: await tenantOf(authorization) }) };
  const gone = new AbortController();
  const signal = AbortSignal.any([c.req.raw.signal, gone.signal]);
  const head = { id: request.responseId, model: request.model, created: Math.floor(clock.now() / 1000) };
  const events = await beginResponse(replicas, request, signal);
  if (!body.stream) return c.json(whole(await finishResponse(events, head)));
  const { include_usage, include_edits } = body.stream_options ?? {};
  const options = { ...head, includeUsage: include_usage === true, includeEdits: include_edits === true };
  return sse(c, withHeartbeat(chunks(events, form, options), heartbeatMs, clock), {
    cancel: () => gone.abort(),
    failed: (error) => ({ data: JSON.stringify(unexpected(error, log, { response_id: head.id })) }),
  });
}

/** Unguessable: whoever knows it may read the response where no keys are configured. */
export function newResponseId(prefix: "chatcmpl" | "cmpl"): string {
  return `${prefix}-${crypto.randomUUID().replaceAll("-", "")}`;
}
