/** POST /v1/messages, streamed or not: Anthropic's form of a chat completion. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { RequestIdVariables } from "hono/request-id";
import { messageError, messageErrorBody, messageErrorStatus } from "../anthropic/error-form.ts";
import { messageAnswer, messageAnswerBody } from "../anthropic/message-answer.ts";
import { messageBody } from "../anthropic/message-body.ts";
import { messageStream } from "../anthropic/message-events.ts";
import { chatBodyOf, inClientsPlaces } from "../anthropic/message-request.ts";
import type { RouteDependencies } from "../dependencies.ts";
import { EdgeError, type ErrorBody, type ErrorCode } from "../errors.ts";
import { chatRequest } from "../openai/chat-request.ts";
import { toolUseOf } from "../openai/tool-choice.ts";
import { completionHeaders, errorResponses, jsonBody, jsonResponse } from "./descriptions.ts";
import { claimResponse } from "./idempotency.ts";
import { respond } from "./respond.ts";

/** They differ in what they refuse, not in answers and events. */
const VERSIONS = ["2023-06-01", "2026-10-21"] as const;

const headers = completionHeaders.extend({
  "anthropic-version": z
    .enum(VERSIONS, { error: `must be ${VERSIONS.join(" or ")}; send one of them, or leave the header out` })
    .optional(),
});
const eventStream = { schema: z.string().openapi({ description: "Events from message_start to message_stop." }) };
const answer = jsonResponse(messageAnswerBody, "The message; a stream of its events when `stream` is true.");

const errors = errorResponses(messageErrorBody);

const route = createRoute({
  method: "post",
  path: "/v1/messages",
  summary: "Answer a conversation, in Anthropic's form",
  request: { headers, body: jsonBody(messageBody) },
  responses: {
    200: { ...answer, content: { ...answer.content, "text/event-stream": eventStream } },
    ...errors,
    429: jsonResponse(messageErrorBody, "A limit of the API key is reached; `retry-after` says when to try again."),
    529: jsonResponse(messageErrorBody, "The worker or the queue is full; `retry-after` says when to try again."),
  },
});

export function messages(edge: RouteDependencies) {
  return new OpenAPIHono()
    .openapi(route, async (c) => {
      const body = c.req.valid("json");
      const chat = chatBodyOf(body);
      const tools = toolUseOf(chat);
      const claim = await claimResponse(c, edge, body, "msg_");
      try {
        return await respond(c, edge, {
          claim,
          request: chatRequest(chat, claim.responseId),
          stream: body.stream ? messageStream(tools, (error) => inClientsPlaces(error, body)) : undefined,
          body: (response) => messageAnswer(response, tools),
        });
      } catch (error) {
        throw error instanceof EdgeError ? inClientsPlaces(error, body) : error;
      }
    })
    .post("/v1/messages/count_tokens", () => {
      const message = "This server does not count the tokens of a prompt; an answer's usage has their number.";
      throw new EdgeError("unknown_url", message);
    });
}

/** Puts errors, whatever middleware made them, into Anthropic's form, and adds the header with the request's id. */
export const inAnthropicsForm: MiddlewareHandler<{ Variables: RequestIdVariables }> = async (c, next) => {
  await next();
  const requestId = c.get("requestId");
  if (c.res.status >= 400) {
    const { error } = (await c.res.json()) as ErrorBody;
    const code = error.code as ErrorCode;
    const { headers } = c.res;
    headers.delete("content-length");
    const body = JSON.stringify(messageError({ code, message: error.message }, requestId));
    c.res = new Response(body, { status: messageErrorStatus(code), headers });
  }
  c.header("request-id", requestId);
};
