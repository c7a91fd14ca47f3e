/** The body of POST /v1/completions: its schema, and the request it becomes. */

import { z } from "@hono/zod-openapi";
import { defined, MAX_TOP_LOGPROBS } from "@palimpsest/proto";
import type { ClientRequest } from "../ports.ts";
import { generationOf, MAX_TOKEN_ID, sharedParameters } from "./parameters.ts";
import { structuredFaults, structuredForms } from "./structured-output.ts";
import { unsupportedInCompletions } from "./unsupported-parameters.ts";

const ONE_PROMPT = "a prompt is one string or one array of token ids: send several prompts as several requests";

const tokenId = z.int({ error: ONE_PROMPT }).min(0).max(MAX_TOKEN_ID);
const prompt = z.union([z.string(), z.array(tokenId).min(1)], { error: ONE_PROMPT });

export const completionBody = sharedParameters
  .extend({
    prompt: z.union([prompt, z.array(prompt).length(1)], { error: ONE_PROMPT }).openapi({
      description:
        "Text, in which the text of a special token is text; or token ids, of which any is taken as it is; or a list of one of these.",
    }),
    logprobs: z.int().min(0).max(MAX_TOP_LOGPROBS).nullish().openapi({
      description: "Log-probability of each token, and of this many of the most probable tokens in its place.",
    }),
    ...unsupportedInCompletions,
  })
  .superRefine((body, context) => {
    for (const fault of structuredFaults(body, structuredForms(body)[0]))
      context.addIssue({ code: "custom", ...fault });
  })
  .openapi("CompletionRequest");

export type CompletionBody = z.infer<typeof completionBody>;

export function completionRequest(body: CompletionBody, responseId: string): ClientRequest {
  const prompt = theOne(body.prompt);
  return {
    ...generationOf(body),
    responseId,
    prompt: typeof prompt === "string" ? { kind: "text", text: prompt } : { kind: "tokens", tokens: prompt },
    drafts: (body.stream === true && body.stream_options?.include_edits === true) || body.background === true,
    ...defined({ logprobs: body.logprobs, grammar: structuredForms(body)[0] }),
  };
}

/** Many clients send a list even for one prompt. */
function theOne(prompt: CompletionBody["prompt"]): string | number[] {
  if (typeof prompt === "string") return prompt;
  const [first] = prompt;
  return typeof first === "number" ? (prompt as number[]) : first!;
}
