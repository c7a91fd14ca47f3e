/** The parameters that chat and plain completions share: their limits, and what this server cannot do and therefore refuses. */
import { z } from "@hono/zod-openapi";
import type { DecodingRequest, GenerateRequest, Sampling } from "../ports.ts";

/** Answers to one prompt: the contract with the worker, whose choices of a response all run on one replica. */
export const MAX_CHOICES = 8;
/** OpenAI's own limit. */
export const MAX_STOPS = 4;
/** UTF-16 units. Text that could begin a stop string is held back, so a long one would delay what clients see. */
export const MAX_STOP_LENGTH = 256;
/** More than any model's context: the worker's own limit is exact and names its number. */
export const MAX_TOKENS = 2 ** 24;
/** Each is a forward per block that no mask needs; the released presets use 16. */
export const MAX_POST_STEPS = 256;
/** Each block of the window runs in every forward. */
export const MAX_EDITING_WINDOW = 8;

/** Of any vocabulary: the worker knows its own and names the id that is outside it. */
export const MAX_TOKEN_ID = 2 ** 31 - 1;
/** Each is looked for in every block. */
export const MAX_STOP_TOKENS = 128;
/** Each is added at every cell, at every step. */
export const MAX_LOGIT_BIAS = 1024;
/** OpenAI's own limit: as good as a ban, or as a choice. */
export const MAX_BIAS = 100;
/** OpenAI's own limit. */
export const MAX_TOP_LOGPROBS = 20;

/** OpenAI's own limit. */
export const MAX_TEMPERATURE = 2;
/** The model's head sorts this many tokens to cut among. */
export const MAX_TOP_K = 1024;

/** A parameter that would change the answer and that this server does not implement: only its neutral values pass. */
function only<T extends string | number | boolean>(neutral: T, error: string) {
  return z.literal(neutral, { error }).nullish();
}

const tokenCount = z.int().min(1).max(MAX_TOKENS);
const probability = z.number().min(0).max(1);
const stopText = z.string().min(1).max(MAX_STOP_LENGTH);
const tokenId = z.int().min(0).max(MAX_TOKEN_ID);
const biasedToken = z
  .string()
  .refine((key) => /^\d{1,10}$/.test(key) && Number(key) <= MAX_TOKEN_ID, "a key is the id of a token");

/** Unknown keys pass and are dropped, as OpenAI-compatible servers do: clients send more than any one server knows. */
export const sharedParameters = z.object({
  model: z.string().min(1).openapi({ description: "One of the ids that GET /v1/models lists." }),
  n: z.int().min(1).max(MAX_CHOICES).nullish(),
  max_tokens: tokenCount.nullish(),
  min_tokens: z.int().min(0).max(MAX_TOKENS).nullish().openapi({
    description: "No end token stands before this many tokens. A stop string may still end the answer.",
  }),
  stop: z.union([stopText, z.array(stopText).max(MAX_STOPS)]).nullish(),
  stop_token_ids: z.array(tokenId).max(MAX_STOP_TOKENS).nullish().openapi({
    description: "Tokens that end the answer beside the model's own, with ignore_eos too. Their text is not shown.",
  }),
  ignore_eos: z
    .boolean()
    .nullish()
    .openapi({ description: "Go on to the token limit instead of stopping at an end token." }),
  priority: z
    .enum(["interactive", "default", "batch"])
    .nullish()
    .openapi({ description: "Who goes first where requests wait: in a fleet." }),
  background: z
    .boolean()
    .nullish()
    .openapi({ description: "Go on when the client goes away; GET /v1/streams/{id} has the answer. In a fleet." }),
  stream: z.boolean().nullish(),
  stream_options: z
    .object({
      include_usage: z.boolean().nullish(),
      include_edits: z
        .boolean()
        .nullish()
        .openapi({ description: "Carry each edit event in a chunk of its own, as `edit`." }),
    })
    .nullish(),

  mode: z.enum(["speed", "quality"]).nullish().openapi({ description: "A preset of the decoding parameters below." }),
  threshold: probability.nullish().openapi({ description: "Minimum probability to unmask a cell." }),
  editing_threshold: probability.nullish().openapi({ description: "Minimum probability to replace a token." }),
  max_post_steps: z.int().min(0).max(MAX_POST_STEPS).nullish().openapi({
    description: "Denoise steps allowed after a block's last mask.",
  }),
  editing_window: z.int().min(1).max(MAX_EDITING_WINDOW).nullish().openapi({
    description: "Blocks that may be edited at once. 1, the default, edits the newest only; more delay the commits.",
  }),
  penalty_lambda: z.number().min(0).max(MAX_BIAS).nullish().openapi({
    description:
      "Taken off the logit of the token that stands one cell before, against repetition. 0, the default, is off.",
  }),

  temperature: z
    .number()
    .min(0)
    .max(MAX_TEMPERATURE)
    .nullish()
    .openapi({ description: "0, the default, always takes the best token, as the model's presets do." }),
  top_p: z.number().gt(0).max(1).nullish().openapi({ description: "Used when temperature is above 0." }),
  top_k: z.int().min(1).max(MAX_TOP_K).nullish().openapi({ description: "Used when temperature is above 0." }),
  seed: z.int().nullish().openapi({ description: "With a seed, a request has one text at any temperature." }),
  presence_penalty: only(0, "penalties are not supported yet: leave presence_penalty out"),
  frequency_penalty: only(0, "penalties are not supported yet: leave frequency_penalty out"),
  repetition_penalty: only(1, "penalties are not supported yet: leave repetition_penalty out"),
  logit_bias: z
    .record(biasedToken, z.number().min(-MAX_BIAS).max(MAX_BIAS))
    .refine((bias) => Object.keys(bias).length <= MAX_LOGIT_BIAS, `at most ${MAX_LOGIT_BIAS} tokens can be biased`)
    .nullish()
    .openapi({ description: "What is added to the logits of tokens, by token id." }),
});

export type SharedParameters = z.infer<typeof sharedParameters>;

/** What of a request does not depend on its prompt. */
export function generationOf(
  body: SharedParameters,
): Omit<GenerateRequest, "responseId" | "prompt" | "drafts" | "logprobs"> {
  return {
    model: body.model,
    decoding: decodingOf(body),
    ...(body.temperature && { sampling: samplingOf({ ...body, temperature: body.temperature }) }),
    ...(body.max_tokens != null && { maxTokens: body.max_tokens }),
    choices: body.n ?? 1,
    stop: typeof body.stop === "string" ? [body.stop] : (body.stop ?? []),
    ...(body.stop_token_ids?.length && { stopTokenIds: body.stop_token_ids }),
    ...(body.min_tokens && { minTokens: body.min_tokens }),
    ...(body.logit_bias && { logitBias: body.logit_bias }),
    ignoreEos: body.ignore_eos ?? false,
    ...(body.priority && { priority: body.priority }),
    ...(body.background && { background: true }),
  };
}

function samplingOf({ temperature, top_p, top_k, seed }: SharedParameters & { temperature: number }): Sampling {
  return {
    temperature,
    ...(top_p != null && { topP: top_p }),
    ...(top_k != null && { topK: top_k }),
    ...(seed != null && { seed: BigInt.asUintN(64, BigInt(seed)) }),
  };
}

function decodingOf(body: SharedParameters): DecodingRequest {
  const { mode, threshold, editing_threshold, max_post_steps, editing_window, penalty_lambda } = body;
  return {
    ...(mode != null && { mode }),
    ...(threshold != null && { threshold }),
    ...(editing_threshold != null && { editingThreshold: editing_threshold }),
    ...(max_post_steps != null && { maxPostSteps: max_post_steps }),
    ...(editing_window != null && { editingWindow: editing_window }),
    ...(penalty_lambda != null && { penaltyLambda: penalty_lambda }),
  };
}
