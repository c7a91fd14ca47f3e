/** A response's usage in OpenAI's form, with the counts of block diffusion under `palimpsest`. */
import { z } from "@hono/zod-openapi";
import type { Usage } from "@palimpsest/proto";

const count = z.int();

export const usageBody = z
  .object({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: z.object({ cached_tokens: count }),
    palimpsest: z.object({
      forwards: count.openapi({
        description:
          "Denoise forwards; a forward over two blocks counts once. Prefill forwards are counted separately.",
      }),
      prefill_forwards: count,
      edits: z.object({ unmask: count, substitute: count, delete: count, insert: count }),
      tokens_per_forward: z.number(),
      grammar: z
        .object({
          repairs: count.openapi({ description: "Cells that the grammar refused, and wrote again or masked again." }),
          forced_tokens: count.openapi({ description: "Cells that the grammar forced, without a forward." }),
          forced_finish: count.openapi({
            description: "Choices that the grammar closed because the token limit came near: their content may be cut.",
          }),
        })
        .optional()
        .openapi({ description: "Only for structured output and strict tool calls." }),
    }),
  })
  .openapi("Usage");

export function usageOf(usage: Usage): z.infer<typeof usageBody> {
  const { prompt_tokens, completion_tokens, cached_tokens, forwards, prefill_forwards, edits, grammar } = usage;
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens },
    palimpsest: {
      forwards,
      prefill_forwards,
      edits,
      tokens_per_forward: forwards === 0 ? 0 : Number((completion_tokens / forwards).toFixed(2)),
      ...(grammar && { grammar }),
    },
  };
}
