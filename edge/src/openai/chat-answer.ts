/** The body of a chat completion that is not streamed. */
import { z } from "@hono/zod-openapi";
import type { ChoiceDocument } from "@palimpsest/proto";
import { toolCallOf } from "./chat-forms.ts";
import type { FinishedResponse } from "./finished-response.ts";
import { chatLogprobs, chatLogprobsBody, logprobsOf } from "./logprobs.ts";
import { answerParts, type ToolUse } from "./tool-calls.ts";
import { usageBody, usageOf } from "./usage.ts";

const toolCall = z.object({
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

export const chatAnswerBody = z
  .object({
    id: z.string(),
    object: z.literal("chat.completion"),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal("assistant"),
          content: z.string().nullable(),
          refusal: z.null(),
          tool_calls: z.array(toolCall).optional(),
        }),
        logprobs: chatLogprobsBody,
        finish_reason: z.enum(["stop", "length", "tool_calls"]),
      }),
    ),
    usage: usageBody,
  })
  .openapi("ChatCompletion");

type ChatAnswer = z.infer<typeof chatAnswerBody>;

/** @param tools how the answer may call tools; undefined if it may not */
export function chatAnswer(response: FinishedResponse, tools: ToolUse | undefined): ChatAnswer {
  const { id, model, created, choices, usage } = response;
  return {
    id,
    object: "chat.completion",
    created,
    model,
    choices: choices.map((choice, index) => chatChoice(id, choice, index, tools)),
    usage: usageOf(usage),
  };
}

function chatChoice(id: string, choice: ChoiceDocument, index: number, tools: ToolUse | undefined) {
  const { finishReason = "stop" } = choice;
  const parts = answerParts(choice, tools);
  const content = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
  const calls = parts
    .filter((part) => part.type === "tool_call")
    .map((part, call) => toolCallOf(id, index, call, part));
  const hasCalls = calls.length > 0;
  return {
    index,
    message: {
      role: "assistant" as const,
      content: hasCalls && content === "" ? null : content,
      refusal: null,
      ...(hasCalls && { tool_calls: calls }),
    },
    logprobs: logprobsOf(choice, chatLogprobs),
    finish_reason: hasCalls && finishReason === "stop" ? ("tool_calls" as const) : finishReason,
  };
}
