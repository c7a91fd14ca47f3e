/** GET and DELETE /v1/streams/{id}: watch, resume or cancel a stored response at any edge of a fleet. */

import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import {
  type EditEvent,
  formatPosition,
  type Position,
  parsePosition,
  positionAfter,
  publicEvent,
} from "@palimpsest/proto";
import type { Context } from "hono";
import type { RouteDependencies } from "../dependencies.ts";
import { EdgeError, responseNotFound, unexpected } from "../errors.ts";
import { clientOf, ownerOf } from "../keys/require-key.ts";
import { disconnection } from "../stream/client.ts";
import { type SseMessage, sse } from "../stream/sse.ts";
import { errorBody, jsonResponse } from "./descriptions.ts";

const request = { params: z.object({ id: z.string().openapi({ description: "The response's x-response-id." }) }) };
const failures = {
  401: jsonResponse(errorBody, "The API key is missing or invalid."),
  404: jsonResponse(errorBody, "The response is unknown, expired, or of another key."),
  503: jsonResponse(errorBody, "The fleet is unreachable."),
};

const watchDescription = createRoute({
  method: "get",
  path: "/v1/streams/{id}",
  summary: "Watch a response, from its beginning or after an event",
  request: {
    ...request,
    headers: z.object({ "last-event-id": z.string().optional() }),
    query: z.object({ after: z.string().optional().openapi({ description: "The id of the last event received." }) }),
  },
  responses: {
    200: {
      description: "Its edit events, named by their types.",
      content: { "text/event-stream": { schema: z.string() } },
    },
    400: jsonResponse(errorBody, "`after` is not an event's id."),
    ...failures,
  },
});

const cancelDescription = createRoute({
  method: "delete",
  path: "/v1/streams/{id}",
  summary: "Cancel a response",
  request,
  responses: { 204: { description: "It is cancelled, or had ended." }, ...failures },
});

export function streams({ responses, limiter, log, heartbeats }: RouteDependencies) {
  const app = new OpenAPIHono();
  if (!responses) return app;
  app.openAPIRegistry.registerPath(watchDescription);
  app.openAPIRegistry.registerPath(cancelDescription);

  /** Non-owners get the same 404 as for an unknown id, so that ids can't be probed. */
  const ownedId = async (c: Context<object, "/v1/streams/:id">): Promise<string> => {
    const id = c.req.param("id");
    if (await responses.isKnown(id, ownerOf(c))) return id;
    throw responseNotFound(id);
  };

  return app
    .get("/v1/streams/:id", async (c) => {
      const id = await ownedId(c);
      const after = positionIn(id, c.req.header("last-event-id") ?? c.req.query("after"));
      const disconnected = disconnection(c);
      const { signal } = disconnected;
      const events = limiter.watched(clientOf(c), id, responses.watch(id, after, signal), signal);
      return sse(c, messages(events, after), {
        heartbeats,
        disconnected,
        failed: (error) => {
          const known = error instanceof EdgeError ? error : unexpected(error, log, { response_id: id });
          return { data: JSON.stringify(known) };
        },
      });
    })
    .delete("/v1/streams/:id", async (c) => {
      await responses.cancel(await ownedId(c));
      return c.body(null, 204);
    });
}

async function* messages(events: AsyncIterable<EditEvent>, after: Position | undefined): AsyncGenerator<SseMessage> {
  let position = after;
  for await (const event of events) {
    position = positionAfter(position, event);
    const id = `${event.response_id}:${formatPosition(position)}`;
    yield { event: event.type, id, data: JSON.stringify(publicEvent(event)) };
  }
}

/** @param text an event's id, or the part of it behind the response's id. @throws EdgeError */
function positionIn(id: string, text: string | undefined): Position | undefined {
  if (text === undefined || text === "") return undefined;
  const position = parsePosition(text.startsWith(`${id}:`) ? text.slice(id.length + 1) : text);
  if (position) return position;
  const message = `after: "${text}" is not an event id; send the id of the last event you received, such as "${id}:1.7".`;
  throw new EdgeError("invalid_request", message, { param: "after" });
}
