/** POST /v1/completions, streamed or not: continues a prompt as it is, without a chat template. */
import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { RouteDependencies } from "../dependencies.ts";
import { chunkStream } from "../openai/chunks.ts";
import { completionAnswer, completionAnswerBody, completionForm } from "../openai/completion-answer.ts";
import { completionBody, completionRequests, echoesOf } from "../openai/completion-request.ts";
import { completionHeaders, completionResponses, jsonBody } from "./descriptions.ts";
import { claimResponse } from "./idempotency.ts";
import { respond } from "./respond.ts";

const route = createRoute({
  method: "post",
  path: "/v1/completions",
  summary: "Continue a prompt",
  request: { headers: completionHeaders, body: jsonBody(completionBody) },
  responses: completionResponses(completionAnswerBody),
});

export function completions(edge: RouteDependencies) {
  return new OpenAPIHono().openapi(route, async (c) => {
    const body = c.req.valid("json");
    const claim = await claimResponse(c, edge, body, "cmpl-");
    const [request, ...more] = completionRequests(body, claim.responseId);
    const echoes = echoesOf(body);
    return respond(c, edge, {
      claim,
      request,
      more,
      stream: chunkStream(completionForm(echoes), body, more.length === 0),
      body: (response) => completionAnswer(response, echoes),
    });
  });
}
