/** A plain completion, streamed and not: the two forms differ in nothing but what `text` holds. */
import { z } from "@hono/zod-openapi";
import type { ChunkForm } from "./chunks.ts";
import type { FinishedResponse } from "./finished-response.ts";
import { usageBody, usageOf } from "./usage.ts";

export const completionAnswerBody = z
  .object({
    id: z.string(),
    object: z.literal("text_completion"),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        text: z.string(),
        logprobs: z.null(),
        finish_reason: z.enum(["stop", "length", "tool_calls"]),
      }),
    ),
    usage: usageBody,
  })
  .openapi("Completion");

export function completionAnswer({
  id,
  model,
  created,
  choices,
  usage,
}: FinishedResponse): z.infer<typeof completionAnswerBody> {
  return {
    id,
    object: "text_completion",
    created,
    model,
    choices: choices.map(({ text, finishReason }, index) => ({
      index,
      text,
      logprobs: null,
      finish_reason: finishReason ?? "stop",
    })),
    usage: usageOf(usage),
  };
}

export const completionForm: ChunkForm = {
  object: "text_completion",
  empty: { text: "" },
  *changes(event) {
    if (event.type === "commit" && event.text !== "") yield { index: event.choice, added: { text: event.text } };
  },
  finishReason: ({ finish_reason }) => finish_reason,
};
