/** The parameters of a response that a chat completion spells differently: functions, their choice, the form of the text. */
import { z } from "@hono/zod-openapi";
import { defined } from "@palimpsest/proto";
import type { ChatBody } from "../openai/chat-request.ts";
import { type Fault, schemaObject, structuredFaults } from "../openai/structured-output.ts";
import { chatGrammar, toolFaults } from "../openai/tool-choice.ts";
import type { ResponseBody } from "./response-body.ts";

export const LOGPROBS = "message.output_text.logprobs";

const KINDS = 'must be "text", "json_object" or "json_schema"; other formats are not supported';
const CHOICES = 'must be "auto", "none", "required", or name a function as {"type": "function", "name": …}';

const named = z.object({ type: z.literal("function"), name: z.string() });
const allowed = z.object({
  type: z.literal("allowed_tools"),
  mode: z.enum(["auto", "required"]),
  tools: z.array(named).min(1),
});

export const responseToolChoice = z.union([
  z.enum(["auto", "none", "required"], { error: CHOICES }),
  z.discriminatedUnion("type", [named, allowed], {
    error: ({ code }) => (code === "invalid_union" ? CHOICES : undefined),
  }),
]);

export const textFormat = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("text") }),
    z.object({ type: z.literal("json_object") }),
    z.object({
      type: z.literal("json_schema"),
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, "a name has 1 to 64 letters, digits, underscores and hyphens"),
      description: z.string().optional(),
      schema: schemaObject,
      strict: z.boolean().nullish().openapi({ description: "The text always fits the schema, also if this is false." }),
    }),
  ],
  { error: ({ code }) => (code === "invalid_union" ? KINDS : undefined) },
);

/** All parameters but the conversation. */
export function chatParametersOf(body: Omit<ResponseBody, "input">): Omit<ChatBody, "messages"> {
  const { tools, tool_choice, include, max_output_tokens, text, n: _n, ...rest } = body;
  const { response_format: _format, stream_options: _options, max_completion_tokens: _max, ...others } = rest;
  const { continue_final_message: _continues, add_generation_prompt: _opens, ...parameters } = others;
  return {
    ...parameters,
    tools: tools?.map(({ name, description, parameters, strict }) => ({
      type: "function",
      function: { name, ...defined({ description: description ?? undefined }), parameters, strict },
    })),
    tool_choice: toolChoiceOf(tool_choice),
    response_format: formatOf(text?.format),
    max_tokens: max_output_tokens,
    logprobs: include?.includes(LOGPROBS) ?? false,
  };
}

/** A choice that fits no tool, and forms that contradict each other or other parameters. */
export function* responseFaults(body: Omit<ResponseBody, "input">): Generator<Fault> {
  const chat = chatParametersOf(body);
  for (const { path, message } of [...toolFaults(chat), ...structuredFaults(chat, chatGrammar(chat))]) {
    yield { path: inBody(path.join(".")).split("."), message: inBody(message) };
  }
}

/** The text with parameters of a chat completion replaced by those of the client's body. */
export function inBody(text: string): string {
  return text
    .replaceAll("response_format.json_schema", "text.format")
    .replaceAll("response_format", "text.format")
    .replaceAll(/(tools\[\d+\])\.function/g, "$1")
    .replaceAll("tool_choice.function.name", "tool_choice.name")
    .replaceAll("tool_choice.allowed_tools", "tool_choice");
}

function toolChoiceOf(choice: ResponseBody["tool_choice"]): ChatBody["tool_choice"] {
  if (choice == null || typeof choice === "string") return choice;
  const chosen = ({ name }: { name: string }) => ({ type: "function" as const, function: { name } });
  if (choice.type === "function") return chosen(choice);
  return { type: "allowed_tools", allowed_tools: { mode: choice.mode, tools: choice.tools.map(chosen) } };
}

function formatOf(format: NonNullable<ResponseBody["text"]>["format"]): ChatBody["response_format"] {
  if (format?.type !== "json_schema") return format;
  const { type, ...json_schema } = format;
  return { type, json_schema };
}
