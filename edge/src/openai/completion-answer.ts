/** The body and the streamed form of a plain completion. They differ only in what `text` holds. */
import { z } from "@hono/zod-openapi";
import type { ChunkForm } from "./chunks.ts";
import type { FinishedResponse } from "./finished-response.ts";
import {
  completionLogprobs,
  completionLogprobsBody,
  createTokenPlacer,
  logprobsOf,
  type TokenPlacer,
} from "./logprobs.ts";
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
        logprobs: completionLogprobsBody,
        finish_reason: z.enum(["stop", "length", "tool_calls"]),
      }),
    ),
    usage: usageBody,
  })
  .openapi("Completion");

/** @param echoes the text before each choice, if there is one */
export function completionAnswer(
  { id, model, created, choices, usage }: FinishedResponse,
  echoes: readonly string[],
): z.infer<typeof completionAnswerBody> {
  return {
    id,
    object: "text_completion",
    created,
    model,
    choices: choices.map((choice, index) => ({
      index,
      text: (echoes[index] ?? "") + choice.text,
      logprobs: logprobsOf(choice, completionLogprobs),
      finish_reason: choice.finishReason ?? "stop",
    })),
    usage: usageOf(usage),
  };
}

/** @param echoes the text before each choice, if there is one */
export function completionForm(echoes: readonly string[]): ChunkForm {
  const placers = new Map<number, TokenPlacer>();
  return {
    object: "text_completion",
    empty: { text: "" },
    *changes(event) {
      if (event.type === "open") {
        for (const [index, text] of echoes.entries()) if (text !== "") yield { index, added: { text } };
      }
      if (event.type !== "commit") return;
      const { choice: index, text } = event;
      const placer = placers.get(index) ?? createTokenPlacer();
      placers.set(index, placer);
      const tokens = placer.push(event);
      if (text === "") return;
      yield { index, added: { text }, ...(event.logprobs && { logprobs: completionLogprobs(tokens) }) };
    },
    finishReason: ({ finish_reason }) => finish_reason,
  };
}
