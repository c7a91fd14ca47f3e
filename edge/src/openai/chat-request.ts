/** The body of POST /v1/chat/completions: its schema, and the request it becomes. */

import { z } from "@hono/zod-openapi";
import type { GrammarSource, Message } from "@palimpsest/proto";
import { defined, isNestedDeeper, MAX_NESTING, MAX_TOP_LOGPROBS } from "@palimpsest/proto";
import type { ClientRequest } from "../ports.ts";
import { generationOf, sharedParameters } from "./parameters.ts";
import { conflict, type Fault, structuredFaults } from "./structured-output.ts";
import { chatGrammar, toolChoice, toolFaults, toolUseOf } from "./tool-choice.ts";
import { inOrderOfCalls, toolResultFaults } from "./tool-results.ts";
import { unsupportedInChat } from "./unsupported-parameters.ts";

/** OpenAI's own limit. */
const MAX_TOOLS = 128;

const TEXT_ONLY = "only text is supported: this model reads no images, audio or files";
const NAME_RULE = "a name has 1 to 64 letters, digits, underscores and hyphens";

const textPart = z.object({ type: z.literal("text", { error: TEXT_ONLY }), text: z.string() });
const content = z.union([z.string(), z.array(textPart)]);
const functionName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, NAME_RULE);

const toolCall = z.object({
  id: z.string(),
  type: z.literal("function"),
  function: z.object({ name: functionName, arguments: z.string() }),
});

const contentAndName = { content, name: z.string().optional() };
const message = z.discriminatedUnion("role", [
  z.object({ role: z.literal("system"), ...contentAndName }),
  z.object({ role: z.literal("developer"), ...contentAndName }),
  z.object({ role: z.literal("user"), ...contentAndName }),
  z
    .object({
      role: z.literal("assistant"),
      content: content.nullish(),
      name: z.string().optional(),
      tool_calls: z.array(toolCall).nullish(),
    })
    .refine(({ content, tool_calls }) => content != null || tool_calls?.length, {
      error: "an assistant message needs content or tool_calls",
      path: ["content"],
    }),
  z.object({ role: z.literal("tool"), content, tool_call_id: z.string() }),
]);

/** Passed on as the client wrote it: the model's template decides what to show. */
const tool = z
  .looseObject({
    type: z.literal("function", { error: "only function tools are supported" }),
    function: z.looseObject({
      name: functionName,
      description: z.string().nullish(),
      parameters: z.record(z.string(), z.unknown()).nullish(),
      strict: z.boolean().nullish().openapi({
        description: "True: arguments always fit `parameters`. Constrains calls, and text to have none but these.",
      }),
    }),
  })
  .refine((tool) => !isNestedDeeper(tool, MAX_NESTING), {
    error: `more than ${MAX_NESTING} objects or lists stand inside each other; send a flatter schema`,
  });

export const chatBody = sharedParameters
  .extend({
    messages: z
      .array(message)
      .min(1)
      .superRefine((messages, context) => {
        for (const fault of toolResultFaults(messages)) context.addIssue({ code: "custom", ...fault });
      }),
    max_completion_tokens: sharedParameters.shape.max_tokens,
    tools: z.array(tool).max(MAX_TOOLS).nullish(),
    tool_choice: toolChoice.openapi({ description: "Whether the answer calls tools, and which." }),
    diffusing: z
      .boolean()
      .nullish()
      .openapi({ description: "Send the whole text so far in every chunk, instead of the new text." }),

    logprobs: z.boolean().nullish().openapi({
      description: "Log-probability of each token, by the last denoise step that scored it, before any bias.",
    }),
    top_logprobs: z.int().min(0).max(MAX_TOP_LOGPROBS).nullish().openapi({
      description: "How many of the most probable tokens to list for each token. Needs logprobs.",
    }),
    modalities: z.array(z.literal("text", { error: TEXT_ONLY })).nullish(),
    parallel_tool_calls: z
      .boolean()
      .nullish()
      .openapi({ description: "False: the answer ends with its first tool call." }),
    continue_final_message: z.boolean().nullish().openapi({
      description: "True: the answer continues the last message, the assistant's, and has only what follows it.",
    }),
    add_generation_prompt: z
      .boolean()
      .nullish()
      .openapi({ description: "False only with continue_final_message, and then never true." }),
    ...unsupportedInChat,
  })
  .refine((body) => !(body.diffusing && body.tools?.length), {
    error: "diffusing can't be combined with tools: leave one of them out",
    path: ["diffusing"],
  })
  .refine((body) => !(body.diffusing && body.logprobs), {
    error: "diffusing can't be combined with logprobs: leave one of them out",
    path: ["diffusing"],
  })
  .refine((body) => body.logprobs || !body.top_logprobs, {
    error: "needs logprobs: true",
    path: ["top_logprobs"],
  })
  .superRefine((body, context) => {
    const faults = [
      ...toolFaults(body),
      ...structuredFaults(body, chatGrammar(body)),
      ...continuationFaults(body, chatGrammar(body)),
    ];
    for (const fault of faults) context.addIssue({ code: "custom", ...fault });
  })
  .openapi("ChatCompletionRequest");

export type ChatBody = z.infer<typeof chatBody>;

export function chatRequest(body: ChatBody, responseId: string): ClientRequest {
  const tools = toolUseOf(body) ? body.tools!.map(shownTool) : [];
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  const answerStart = answerStartOf(body);
  const messages = answerStart === undefined ? body.messages : body.messages.slice(0, -1);
  const watched = body.stream === true && (body.stream_options?.include_edits === true || body.diffusing === true);
  return {
    ...generationOf({ ...body, max_tokens: maxTokens }),
    responseId,
    prompt: { kind: "chat", messages: inOrderOfCalls(messages).map(messageOf), tools, ...defined({ answerStart }) },
    // A client that resumes a background response may want its drafts.
    drafts: watched || body.background === true,
    ...defined({ logprobs: body.logprobs ? (body.top_logprobs ?? 0) : undefined, grammar: chatGrammar(body) }),
  };
}

/** Text that the answer begins with. */
function answerStartOf({ continue_final_message, messages }: ChatBody): string | undefined {
  return continue_final_message ? textOf(messages.at(-1)?.content) : undefined;
}

/** A last message that cannot be continued, and parameters that leave no room for it. */
export function* continuationFaults(body: ChatBody, grammar: GrammarSource | undefined): Generator<Fault> {
  const { continue_final_message: continues, add_generation_prompt: opens, messages } = body;
  if (!continues) {
    if (opens === false) yield { path: ["add_generation_prompt"], message: "needs continue_final_message: true" };
    return;
  }
  const path = ["continue_final_message"];
  if (opens) yield conflict("add_generation_prompt", "continue_final_message");
  const last = messages.at(-1);
  if (last?.role !== "assistant" || last.tool_calls?.length || textOf(last.content) === "") {
    yield { path, message: "needs a last message of the assistant that has text, and no tool_calls" };
  } else if (messages.length === 1) yield { path, message: "needs a message before the last" };
  if (grammar) yield conflict(grammar.param, "continue_final_message");
}

/** The tool as the model's template shows it: `strict` is for the server. */
function shownTool({ function: { strict: _, ...shown }, ...rest }: z.infer<typeof tool>): object {
  return { ...rest, function: shown };
}

function messageOf(message: ChatBody["messages"][number]): Message {
  const base = { role: message.role, content: textOf(message.content) };
  switch (message.role) {
    case "tool":
      return { ...base, toolCallId: message.tool_call_id };
    case "assistant": {
      const toolCalls = message.tool_calls?.map((call) => ({ id: call.id, ...call.function }));
      return { ...base, ...defined({ name: message.name, toolCalls: toolCalls?.length ? toolCalls : undefined }) };
    }
    default:
      return { ...base, ...defined({ name: message.name }) };
  }
}

function textOf(content: z.infer<typeof textPart>[] | string | null | undefined): string {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => part.text).join("");
}
