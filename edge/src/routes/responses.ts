/** /v1/responses: OpenAI's form of an answer that can be read again, streamed again and continued. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { EditEvent } from "@palimpsest/proto";
import type { Context } from "hono";
import type { RouteDependencies } from "../dependencies.ts";
import { EdgeError, responseNotFound, unexpected } from "../errors.ts";
import { clientOf, ownerOf } from "../keys/require-key.ts";
import { chatRequest } from "../openai/chat-request.ts";
import { toolUseOf } from "../openai/tool-choice.ts";
import { itemList, itemListBody } from "../responses-api/item-list.ts";
import { responseBody } from "../responses-api/response-body.ts";
import { createKeeper } from "../responses-api/response-keeper.ts";
import { emptyResponse, responseObject } from "../responses-api/response-object.ts";
import { chatBodyOf, inClientsPlaces, inputOf } from "../responses-api/response-request.ts";
import { eventStream } from "../responses-api/response-stream.ts";
import { newStored, responseOf, writerOf } from "../responses-api/stored-response.ts";
import { disconnection } from "../stream/client.ts";
import { sse } from "../stream/sse.ts";
import { completionHeaders, errorBody, errorResponses, jsonBody, jsonResponse } from "./descriptions.ts";
import { claimResponse } from "./idempotency.ts";
import { respond } from "./respond.ts";

/** A worker that stops a response needs its running forward to end. */
const CANCEL_LIMIT_MS = 5_000;

const eventStreamBody = { schema: z.string().openapi({ description: "Events from response.created to the last." }) };
const answer = jsonResponse(responseObject, "The response; a stream of its events when `stream` is true.");
const streamed = { ...answer, content: { ...answer.content, "text/event-stream": eventStreamBody } };
const { 401: unauthorized, 503: unavailable } = errorResponses(errorBody);
const failures = {
  401: unauthorized,
  404: jsonResponse(errorBody, "The response is unknown, expired, deleted, not stored, or of another key."),
  503: unavailable,
};
const params = z.object({ id: z.string().openapi({ description: "The response's id." }) });

const createDescription = createRoute({
  method: "post",
  path: "/v1/responses",
  summary: "Answer an input, and keep the response",
  request: { headers: completionHeaders, body: jsonBody(responseBody) },
  responses: { 200: streamed, ...errorResponses(errorBody) },
});

const isTrue = z.enum(["true", "false"]).transform((text) => text === "true");

const readDescription = createRoute({
  method: "get",
  path: "/v1/responses/{id}",
  summary: "Read a response, or stream its events",
  request: {
    params,
    query: z.object({
      stream: isTrue.optional(),
      starting_after: z.coerce.number().int().min(0).optional().openapi({
        description: "With stream: the sequence_number of the last event received.",
      }),
    }),
  },
  responses: { 200: streamed, 400: jsonResponse(errorBody, "A parameter is invalid."), ...failures },
});

const deleteDescription = createRoute({
  method: "delete",
  path: "/v1/responses/{id}",
  summary: "Delete a response, and cancel it if it runs",
  request: { params },
  responses: {
    200: jsonResponse(
      z.object({ id: z.string(), object: z.literal("response"), deleted: z.literal(true) }),
      "It is deleted.",
    ),
    ...failures,
  },
});

const cancelDescription = createRoute({
  method: "post",
  path: "/v1/responses/{id}/cancel",
  summary: "Cancel a background response",
  request: { params },
  responses: {
    200: jsonResponse(responseObject, "The response; unchanged if it had ended."),
    400: jsonResponse(errorBody, "The response does not run in the background."),
    ...failures,
  },
});

const itemsDescription = createRoute({
  method: "get",
  path: "/v1/responses/{id}/input_items",
  summary: "List the items of a response's input",
  request: {
    params,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).optional(),
      order: z.enum(["asc", "desc"]).optional(),
      after: z.string().optional().openapi({ description: "The id of the last item received." }),
    }),
  },
  responses: {
    200: jsonResponse(itemListBody, "The items, the last one first unless `order` is asc."),
    400: jsonResponse(errorBody, "A parameter is invalid."),
    ...failures,
  },
});

export function responses(edge: RouteDependencies) {
  const { store, responses: fleet, clock, log, limiter, heartbeats, draining } = edge;
  const keeper = createKeeper({ store, responses: fleet, clock, log, draining });
  const seconds = () => Math.floor(clock.now() / 1000);

  /** @throws EdgeError `response_not_found`, also for another client's */
  async function find(c: Context, id: string) {
    const owner = ownerOf(c);
    const found = await keeper.read(owner, id);
    if (!found) throw responseNotFound(id);
    return { owner, ...found };
  }

  return new OpenAPIHono()
    .openapi(createDescription, async (c) => {
      const body = c.req.valid("json");
      const owner = ownerOf(c);
      const input = await inputOf(body, async (id) => (await keeper.read(owner, id))?.stored);
      const chat = chatBodyOf(body, input);
      const tools = toolUseOf(chat);
      const claim = await claimResponse(c, edge, body, "resp_");
      const stored = newStored({ empty: emptyResponse(claim.responseId, seconds(), body), ...input, tools });
      const isKept = body.store !== false && !claim.exists;
      const inPlace = (error: EdgeError) => inClientsPlaces(error, body, input);

      let endedAtSeconds: number | undefined;
      const endedAt = () => (endedAtSeconds ??= seconds());
      const log: EditEvent[] = [];
      const written = () => {
        const writer = writerOf(stored, endedAt);
        for (const event of log) writer.push(event);
        return writer.response;
      };
      try {
        return await respond(c, edge, {
          claim,
          request: chatRequest(chat, claim.responseId),
          stream: body.stream ? eventStream(writerOf(stored, endedAt), inPlace) : undefined,
          kept: (events, signal) =>
            collected(isKept ? keeper.keep({ owner, stored, endedAt }, events, signal) : events, log),
          body: written,
          ...(isKept && { accepted: (isWaiting) => (isWaiting ? { ...written(), status: "queued" } : written()) }),
        });
      } catch (error) {
        throw error instanceof EdgeError ? inPlace(error) : error;
      }
    })
    .openapi(readDescription, async (c) => {
      const { id } = c.req.valid("param");
      const { stream, starting_after } = c.req.valid("query");
      const { stored, log } = await find(c, id);
      if (!stream) {
        const isQueued = fleet !== undefined && !stored.ended && log.length === 0;
        const response = responseOf(stored, log);
        return c.json(isQueued ? { ...response, status: "queued" as const } : response, 200);
      }
      const disconnected = disconnection(c);
      const { signal } = disconnected;
      const events =
        stored.ended || !fleet ? log : limiter.watched(clientOf(c), id, fleet.watch(id, undefined, signal), signal);
      if (!stored.ended && !fleet) throw stillRunning();
      const form = eventStream(writerOf(stored, seconds), (error) => error, starting_after);
      return sse(c, form.messages(events), {
        heartbeats,
        disconnected,
        failed: (error) =>
          form.failed(error instanceof EdgeError ? error : unexpected(error, edge.log, { response_id: id })),
      });
    })
    .openapi(deleteDescription, async (c) => {
      const { id } = c.req.valid("param");
      const { owner, stored } = await find(c, id);
      if (!(await keeper.delete(owner, id))) throw responseNotFound(id);
      if (!stored.ended) await fleet?.cancel(id);
      return c.json({ id, object: "response" as const, deleted: true as const }, 200);
    })
    .openapi(cancelDescription, async (c) => {
      const { id } = c.req.valid("param");
      const { owner, stored, log } = await find(c, id);
      if (!stored.empty.background) throw notInBackground();
      if (stored.ended || !fleet) return c.json(responseOf(stored, log), 200);
      await fleet.cancel(id);
      const limit = AbortSignal.timeout(CANCEL_LIMIT_MS);
      for await (const _ of fleet.watch(id, undefined, limit));
      const after = await keeper.read(owner, id);
      if (!after) throw responseNotFound(id);
      return c.json(responseOf(after.stored, after.log), 200);
    })
    .openapi(itemsDescription, async (c) => {
      const { stored } = await find(c, c.req.valid("param").id);
      return c.json(itemList(stored, c.req.valid("query")), 200);
    });
}

async function* collected(events: AsyncIterable<EditEvent>, log: EditEvent[]): AsyncGenerator<EditEvent, void> {
  for await (const event of events) {
    if (event.type !== "draft") log.push(event);
    yield event;
  }
}

function notInBackground(): EdgeError {
  const message = "This response does not run in the background; close its connection to cancel it, or DELETE it.";
  return new EdgeError("invalid_request", message);
}

function stillRunning(): EdgeError {
  const message = "stream: the response still runs, and this server streams it once; read it again when it has ended.";
  return new EdgeError("invalid_request", message, { param: "stream" });
}
