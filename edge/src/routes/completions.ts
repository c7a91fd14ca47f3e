/** POST /v1/completions, streamed or not: a prompt goes on, with no template around it. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { EdgeDependencies } from "../dependencies.ts";
import { completionAnswer, completionAnswerBody, completionForm } from "../openai/completion-answer.ts";
import { completionBody, completionRequest } from "../openai/completion-request.ts";
import { completionResponses, jsonBody } from "./descriptions.ts";
import { answer } from "./respond.ts";

const route = createRoute({
  method: "post",
  path: "/v1/completions",
  summary: "Continue a prompt",
  request: { body: jsonBody(completionBody) },
  responses: completionResponses(completionAnswerBody),
});

export function completions(edge: EdgeDependencies) {
  return new OpenAPIHono().openapi(route, (c) => {
    const body = c.req.valid("json");
    return answer(c, edge, {
      body,
      prefix: "cmpl",
      answer: (responseId) => ({
        request: completionRequest(body, responseId),
        form: completionForm(),
        whole: completionAnswer,
      }),
    });
  });
}
