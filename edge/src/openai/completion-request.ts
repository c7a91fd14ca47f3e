/** The body of POST /v1/completions: its schema, and the request it becomes. */
import { z } from "@hono/zod-openapi";
import type { GenerateRequest } from "../ports.ts";
import { generationOf, sharedParameters } from "./parameters.ts";

/** Of any vocabulary: the worker knows its own and names the id that is outside it. */
const MAX_TOKEN_ID = 2 ** 31 - 1;

const ONE_PROMPT = "a prompt is one string or one array of token ids: send several prompts as several requests";

const tokenId = z.int({ error: ONE_PROMPT }).min(0).max(MAX_TOKEN_ID);

export const completionBody = sharedParameters
  .extend({
    prompt: z.union([z.string(), z.array(tokenId).min(1)], { error: ONE_PROMPT }),
    best_of: z.literal(1, { error: "best_of is not supported: use n" }).nullish(),
    echo: z.literal(false, { error: "echo is not supported: put the prompt before the answer yourself" }).nullish(),
    suffix: z.literal("", { error: "suffix is not supported yet: leave it out" }).nullish(),
    logprobs: z.null({ error: "logprobs are not supported yet: leave logprobs out" }).optional(),
  })
  .openapi("CompletionRequest");

export type CompletionBody = z.infer<typeof completionBody>;

export function completionRequest(body: CompletionBody, responseId: string): GenerateRequest {
  const { prompt } = body;
  return {
    ...generationOf(body),
    responseId,
    prompt: typeof prompt === "string" ? { kind: "text", text: prompt } : { kind: "tokens", tokens: prompt },
    drafts: body.stream === true && body.stream_options?.include_edits === true,
  };
}
