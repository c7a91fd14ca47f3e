/** A message as /v1/messages answers it: not streamed, or as it is at the beginning of a stream. */
import { z } from "@hono/zod-openapi";
import { type FinishReason, type OpenEvent, type Usage, unreachable } from "@palimpsest/proto";
import type { FinishedResponse } from "../openai/finished-response.ts";
import { type AnswerPart, answerParts, exactJson, type ToolUse } from "../openai/tool-calls.ts";

const count = z.int();
const textBlock = z.object({ type: z.literal("text"), text: z.string(), citations: z.null() });
const toolUseBlock = z.object({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
  caller: z.object({ type: z.literal("direct") }),
});

const deltaUsage = z.object({
  input_tokens: count.openapi({ description: "Prompt tokens that were not in the cache." }),
  cache_creation_input_tokens: z.literal(0),
  cache_read_input_tokens: count,
  output_tokens: count,
  output_tokens_details: z.null(),
  server_tool_use: z.null(),
});

const stop = z.object({
  container: z.null(),
  stop_details: z.null(),
  stop_reason: z.enum(["end_turn", "max_tokens", "stop_sequence", "tool_use"]).nullable(),
  stop_sequence: z.string().nullable(),
});

export const messageAnswerBody = stop
  .extend({
    id: z.string(),
    type: z.literal("message"),
    role: z.literal("assistant"),
    model: z.string(),
    content: z.array(z.discriminatedUnion("type", [textBlock, toolUseBlock])),
    diagnostics: z.null(),
    usage: deltaUsage.extend({
      cache_creation: z.null(),
      inference_geo: z.null(),
      service_tier: z.null(),
      speed: z.null(),
    }),
  })
  .openapi("Message");

export type MessageAnswer = z.infer<typeof messageAnswerBody>;
export type ContentBlock = MessageAnswer["content"][number];
export type MessageStop = z.infer<typeof stop>;

/** @param tools how the answer may call tools; undefined if it may not */
export function messageAnswer(
  { id, model, choices, usage }: FinishedResponse,
  tools: ToolUse | undefined,
): MessageAnswer {
  const choice = choices[0] ?? { text: "", committed: [], drafts: [] };
  const content = contentOf(id, answerParts(choice, tools));
  const hasCalls = content.some(({ type }) => type === "tool_use");
  return {
    ...bareMessage(id, model, content),
    ...stopOf(choice.finishReason ?? "stop", hasCalls, choice.stop),
    usage: wholeUsage(deltaUsageOf(usage)),
  };
}

/** The message before its first block. */
export function emptyMessage(id: string, model: string, open: OpenEvent): MessageAnswer {
  const { prompt_tokens, cached_tokens } = open;
  return {
    ...bareMessage(id, model, []),
    ...NOT_STOPPED,
    usage: wholeUsage(deltaUsageOf({ prompt_tokens, cached_tokens, completion_tokens: 0 })),
  };
}

/** @param stop the stop string that ended the answer, if one did */
export function stopOf(reason: FinishReason, hasCalls: boolean, stop: string | undefined): MessageStop {
  switch (reason) {
    case "length":
      return { ...NOT_STOPPED, stop_reason: "max_tokens" };
    case "tool_calls":
      return { ...NOT_STOPPED, stop_reason: "tool_use" };
    case "stop":
      // A call waits for its result, whatever ended the answer behind it.
      if (hasCalls) return { ...NOT_STOPPED, stop_reason: "tool_use" };
      if (stop !== undefined) return { ...NOT_STOPPED, stop_reason: "stop_sequence", stop_sequence: stop };
      return { ...NOT_STOPPED, stop_reason: "end_turn" };
    default:
      return unreachable(reason);
  }
}

/** Anthropic counts cached prompt tokens apart from the others. */
export function deltaUsageOf({
  prompt_tokens,
  cached_tokens,
  completion_tokens,
}: Pick<Usage, "prompt_tokens" | "cached_tokens" | "completion_tokens">): z.infer<typeof deltaUsage> {
  return {
    input_tokens: prompt_tokens - cached_tokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached_tokens,
    output_tokens: completion_tokens,
    output_tokens_details: null,
    server_tool_use: null,
  };
}

/** A call's id derives from its response and index, so that a response that is read again has the same ids. */
export function toolUseOf(responseId: string, call: number, name: string): ContentBlock & { type: "tool_use" } {
  const id = `toolu_${responseId.replace(/^msg_/, "")}_${call}`;
  return { type: "tool_use", id, name, input: {}, caller: { type: "direct" } };
}

const NOT_STOPPED: MessageStop = { container: null, stop_details: null, stop_reason: null, stop_sequence: null };

function bareMessage(id: string, model: string, content: ContentBlock[]) {
  return { id, type: "message" as const, role: "assistant" as const, model, content, diagnostics: null };
}

function contentOf(responseId: string, parts: readonly AnswerPart[]): ContentBlock[] {
  const content: ContentBlock[] = [];
  let calls = 0;
  for (const part of parts) {
    const last = content.at(-1);
    if (part.type === "tool_call") {
      const input = exactJson(part.arguments) as Record<string, unknown>;
      content.push({ ...toolUseOf(responseId, calls++, part.name), input });
    } else if (last?.type === "text") last.text += part.text;
    else content.push({ type: "text", text: part.text, citations: null });
  }
  return content;
}

function wholeUsage(usage: z.infer<typeof deltaUsage>): MessageAnswer["usage"] {
  return { ...usage, cache_creation: null, inference_geo: null, service_tier: null, speed: null };
}
