/** POST /v1/chat/completions, streamed or not. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { EdgeDependencies } from "../dependencies.ts";
import { chatAnswer, chatAnswerBody } from "../openai/chat-answer.ts";
import { appendingForm, wholeTextForm } from "../openai/chat-forms.ts";
import { chatBody, chatRequest, mayCallTools } from "../openai/chat-request.ts";
import { completionResponses, jsonBody } from "./descriptions.ts";
import { answer } from "./respond.ts";

const route = createRoute({
  method: "post",
  path: "/v1/chat/completions",
  summary: "Answer a conversation",
  request: { body: jsonBody(chatBody) },
  responses: completionResponses(chatAnswerBody),
});

export function chatCompletions(edge: EdgeDependencies) {
  return new OpenAPIHono().openapi(route, (c) => {
    const body = c.req.valid("json");
    const tools = mayCallTools(body);
    return answer(c, edge, {
      body,
      prefix: "chatcmpl",
      answer: (responseId) => ({
        request: chatRequest(body, responseId),
        form: body.diffusing ? wholeTextForm() : appendingForm(responseId, tools),
        whole: (response) => chatAnswer(response, tools),
      }),
    });
  });
}
