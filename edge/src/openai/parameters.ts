/** The parameters that chat and plain completions share: their schema and limits, and their part of the request. */
import { z } from "@hono/zod-openapi";
import {
  type DecodingRequest,
  defined,
  MAX_BIAS,
  MAX_BIASED_TOKENS,
  MAX_CHOICES,
  MAX_EDITING_WINDOW,
  MAX_PENALTY,
  MAX_POST_STEPS,
  MAX_TEMPERATURE,
  MAX_TOP_K,
  type Sampling,
} from "@palimpsest/proto";
import type { ClientRequest } from "../ports.ts";
import { structuredParameters } from "./structured-output.ts";
import { unsupportedParameters } from "./unsupported-parameters.ts";

/** OpenAI's own limit. */
const MAX_STOPS = 4;
/** UTF-16 units. Text that could begin a stop string is held back, so a long one would delay what clients see. */
const MAX_STOP_LENGTH = 256;
/** More than any model's context: the worker's own limit is exact and names its number. */
const MAX_TOKENS = 2 ** 24;
/** Larger than any vocabulary: the worker knows its own, and names the id that is outside it. */
export const MAX_TOKEN_ID = 2 ** 31 - 1;
/** Each is searched for in every block. */
const MAX_STOP_TOKENS = 128;

export const tokenCount = z.int().min(1).max(MAX_TOKENS);
const probability = z.number().min(0).max(1);
const penalty = z.number().min(-MAX_PENALTY).max(MAX_PENALTY);
export const stopText = z.string().min(1).max(MAX_STOP_LENGTH);
const tokenId = z.int().min(0).max(MAX_TOKEN_ID);
const biasedToken = z
  .string()
  .refine((key) => /^\d{1,10}$/.test(key) && Number(key) <= MAX_TOKEN_ID, "a key must be a token id");

/** Keys that nobody documents are dropped, as OpenAI-compatible servers do: clients send more than any server knows. */
export const sharedParameters = z.object({
  model: z.string().min(1).openapi({ description: "One of the ids that GET /v1/models lists." }),
  n: z.int().min(1).max(MAX_CHOICES).nullish(),
  max_tokens: tokenCount.nullish().openapi({
    description: "The most tokens of the answer; without it, 2048 or what the context has room for.",
  }),
  min_tokens: z.int().min(0).max(MAX_TOKENS).nullish().openapi({
    description: "No end token before this many tokens. A stop string may still end the answer.",
  }),
  stop: z.union([stopText, z.array(stopText).max(MAX_STOPS)]).nullish(),
  stop_token_ids: z.array(tokenId).max(MAX_STOP_TOKENS).nullish().openapi({
    description: "Tokens that end the answer besides the model's own, with ignore_eos too. Their text is not shown.",
  }),
  ignore_eos: z
    .boolean()
    .nullish()
    .openapi({ description: "Continue to the token limit instead of stopping at an end token." }),
  priority: z
    .enum(["interactive", "default", "batch"])
    .nullish()
    .openapi({ description: "Which requests of a fleet's queue go first." }),
  background: z
    .boolean()
    .nullish()
    .openapi({ description: "Continue when the client disconnects; GET /v1/streams/{id} has the answer. In a fleet." }),
  stream: z.boolean().nullish(),
  stream_options: z
    .object({
      include_usage: z.boolean().nullish(),
      include_edits: z
        .boolean()
        .nullish()
        .openapi({ description: "Send each edit event in a chunk of its own, as `edit`." }),
      include_queue: z.boolean().nullish().openapi({
        description: "With `include_edits`: send `queued` events, with the response's place, while it waits.",
      }),
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
    description: "Subtracted from the logit of the token one cell before, against repetition. 0, the default, is off.",
  }),

  temperature: z
    .number()
    .min(0)
    .max(MAX_TEMPERATURE)
    .nullish()
    .openapi({ description: "0, the default, always takes the best token, as the model's presets do." }),
  top_p: z
    .number()
    .min(0)
    .max(1)
    .nullish()
    .openapi({ description: "Used when temperature is above 0. 0 always takes the best token." }),
  top_k: z.int().min(-1).max(MAX_TOP_K).nullish().openapi({
    description: "Used when temperature is above 0. 0 and -1 are off.",
  }),
  seed: z
    .number()
    .refine((seed) => Number.isInteger(seed) && Math.abs(seed) < 2 ** 64, "must be a whole number below 2^64")
    .nullish()
    .openapi({ type: ["integer", "null"], description: "With a seed, a request has one text at any temperature." }),
  presence_penalty: penalty.nullish().openapi({
    description: "Subtracted once from the logit of each token that the answer holds.",
  }),
  frequency_penalty: penalty.nullish().openapi({
    description: "Subtracted from the logit of a token each time that the answer holds it.",
  }),
  logit_bias: z
    .record(biasedToken, z.number().min(-MAX_BIAS).max(MAX_BIAS))
    .refine(
      (bias) => Object.keys(bias).length <= MAX_BIASED_TOKENS,
      `at most ${MAX_BIASED_TOKENS} tokens can be biased`,
    )
    .nullish()
    .openapi({ description: "Added to the logits of tokens, by token id." }),
  ...structuredParameters,
  ...unsupportedParameters,
});

export type SharedParameters = z.infer<typeof sharedParameters>;

/** The part of a request that both endpoints share. */
export function generationOf(
  body: SharedParameters,
): Omit<ClientRequest, "responseId" | "prompt" | "drafts" | "logprobs" | "grammar"> {
  return {
    model: body.model,
    attempt: 1,
    committed: [],
    decoding: decodingOf(body),
    choices: body.n ?? 1,
    stop: typeof body.stop === "string" ? [body.stop] : (body.stop ?? []),
    ignoreEos: body.ignore_eos ?? false,
    ...defined({
      sampling: samplingOf(body),
      maxTokens: body.max_tokens,
      minTokens: body.min_tokens || undefined,
      stopTokenIds: body.stop_token_ids?.length ? body.stop_token_ids : undefined,
      logitBias: body.logit_bias && biasOf(body.logit_bias),
      priority: body.priority,
      background: body.background || undefined,
      queuePlaces: asksForPlaces(body) || undefined,
    }),
  };
}

function asksForPlaces({ stream, stream_options }: SharedParameters): boolean {
  return stream === true && stream_options?.include_edits === true && stream_options.include_queue === true;
}

/** Undefined where the best token is always taken. `top_p: 0` leaves only that one. */
function samplingOf({ temperature, top_p, top_k, seed }: SharedParameters): Sampling | undefined {
  if (!temperature || top_p === 0) return undefined;
  const seedBits = seed == null ? undefined : BigInt.asUintN(64, BigInt(seed));
  return { temperature, ...defined({ topP: top_p, topK: top_k && top_k > 0 ? top_k : undefined, seed: seedBits }) };
}

function decodingOf(body: SharedParameters): DecodingRequest {
  return defined({
    mode: body.mode,
    threshold: body.threshold,
    editingThreshold: body.editing_threshold,
    maxPostSteps: body.max_post_steps,
    editingWindow: body.editing_window,
    penaltyLambda: body.penalty_lambda,
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
  });
}

function biasOf(bias: Readonly<Record<string, number>>): ReadonlyMap<number, number> {
  return new Map(Object.entries(bias).map(([token, by]) => [Number(token), by]));
}
