/** The body of POST /v1/completions: its schema, and the requests it becomes. */

import { z } from "@hono/zod-openapi";
import { defined, MAX_TOP_LOGPROBS } from "@palimpsest/proto";
import type { ClientRequest } from "../ports.ts";
import { generationOf, MAX_TOKEN_ID, sharedParameters } from "./parameters.ts";
import { structuredFaults, structuredForms } from "./structured-output.ts";
import { unsupportedInCompletions } from "./unsupported-parameters.ts";

/** Each is a request of its own, which takes a worker's slot. */
const MAX_PROMPTS = 32;

const PROMPTS = `a prompt is one string or one array of token ids, or a list of at most ${MAX_PROMPTS} of these`;

const tokenId = z.int({ error: PROMPTS }).min(0).max(MAX_TOKEN_ID);
const prompt = z.union([z.string(), z.array(tokenId).min(1)], { error: PROMPTS });

export const completionBody = sharedParameters
  .extend({
    prompt: z.union([prompt, z.array(prompt).min(1, PROMPTS).max(MAX_PROMPTS, PROMPTS)], { error: PROMPTS }).openapi({
      description:
        "Text, in which the text of a special token is text; or token ids, of which any is taken as it is; or a list of these. The choices of a prompt stand behind those of the prompts before it.",
    }),
    echo: z.boolean().nullish().openapi({ description: "Begin each text with its prompt, which must be text." }),
    logprobs: z.int().min(0).max(MAX_TOP_LOGPROBS).nullish().openapi({
      description: "Log-probability of each token, and of this many of the most probable tokens in its place.",
    }),
    ...unsupportedInCompletions,
  })
  .refine(({ echo, logprobs }) => !echo || logprobs == null, {
    error: "can't be combined with logprobs: leave one of them out",
    path: ["echo"],
  })
  .refine(({ echo, prompt }) => !echo || promptsOf(prompt).every((one) => typeof one === "string"), {
    error: "needs a prompt of text: leave echo out, or send text",
    path: ["echo"],
  })
  .refine(({ prompt, background }) => !background || promptsOf(prompt).length === 1, {
    error: "can't be combined with several prompts: send a request for each",
    path: ["background"],
  })
  .refine(({ prompt, stream_options }) => !stream_options?.include_edits || promptsOf(prompt).length === 1, {
    error: "can't be combined with several prompts: send a request for each",
    path: ["stream_options", "include_edits"],
  })
  .superRefine((body, context) => {
    for (const fault of structuredFaults(body, structuredForms(body)[0]))
      context.addIssue({ code: "custom", ...fault });
  })
  .openapi("CompletionRequest");

export type CompletionBody = z.infer<typeof completionBody>;

/** A request for each prompt. The first has the id of the whole. */
export function completionRequests(body: CompletionBody, responseId: string): [ClientRequest, ...ClientRequest[]] {
  const [first, ...more] = promptsOf(body.prompt).map(
    (prompt, index): ClientRequest => ({
      ...generationOf(body),
      responseId: index === 0 ? responseId : `${responseId}-${index}`,
      prompt: typeof prompt === "string" ? { kind: "text", text: prompt } : { kind: "tokens", tokens: prompt },
      drafts: (body.stream === true && body.stream_options?.include_edits === true) || body.background === true,
      ...defined({ logprobs: body.logprobs, grammar: structuredForms(body)[0] }),
    }),
  );
  return [first!, ...more];
}

/** The text before each choice; none unless the body asks for an echo. */
export function echoesOf({ echo, prompt, n }: CompletionBody): string[] {
  if (!echo) return [];
  return promptsOf(prompt).flatMap((one) => Array.from({ length: n ?? 1 }, () => String(one)));
}

type Prompt = string | number[];

function promptsOf(prompt: Prompt | Prompt[]): Prompt[] {
  if (typeof prompt === "string") return [prompt];
  return typeof prompt[0] === "number" ? [prompt as number[]] : (prompt as Prompt[]);
}
