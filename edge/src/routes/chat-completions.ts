/** POST /v1/chat/completions, streamed or not. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { RouteDependencies } from "../dependencies.ts";
import { chatAnswer, chatAnswerBody } from "../openai/chat-answer.ts";
import { appendingForm, wholeTextForm } from "../openai/chat-forms.ts";
import { chatBody, chatRequest } from "../openai/chat-request.ts";
import { chunkStream } from "../openai/chunks.ts";
import { toolUseOf } from "../openai/tool-choice.ts";
import { completionHeaders, completionResponses, jsonBody } from "./descriptions.ts";
import { claimResponse } from "./idempotency.ts";
import { respond } from "./respond.ts";

const route = createRoute({
  method: "post",
  path: "/v1/chat/completions",
  summary: "Answer a conversation",
  request: { headers: completionHeaders, body: jsonBody(chatBody) },
  responses: completionResponses(chatAnswerBody),
});

export function chatCompletions(edge: RouteDependencies) {
  return new OpenAPIHono().openapi(route, async (c) => {
    const body = c.req.valid("json");
    const tools = toolUseOf(body);
    const claim = await claimResponse(c, edge, body, "chatcmpl-");
    const form = body.diffusing ? wholeTextForm() : appendingForm(claim.responseId, tools);
    return respond(c, edge, {
      claim,
      request: chatRequest(body, claim.responseId),
      stream: chunkStream(form, body),
      body: (response) => chatAnswer(response, tools),
    });
  });
}
