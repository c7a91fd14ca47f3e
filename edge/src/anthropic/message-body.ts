/** The body of POST /v1/messages: Anthropic's parameters, and those of block diffusion that all endpoints share. */
import { z } from "@hono/zod-openapi";
import { otherType } from "../openai/other-type.ts";
import { sharedParameters, stopText, tokenCount } from "../openai/parameters.ts";
import { schemaObject } from "../openai/structured-output.ts";
import { unsupported } from "../openai/unsupported-parameters.ts";
import { conversationFaults } from "./conversation.ts";
import { messageFaults } from "./message-request.ts";

/** Each is searched for in every block. */
const MAX_STOP_SEQUENCES = 64;
/** As many as a chat completion takes. */
const MAX_TOOLS = 128;

/** Anthropic's own rule, but for the length: its is 128, and names of MCP tools come near. */
const toolName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,128}$/, "a name has 1 to 128 letters, digits, underscores and hyphens");

const text = z.object({ type: z.literal("text"), text: z.string() });
const toolUse = z.object({
  type: z.literal("tool_use"),
  id: z.string().min(1),
  name: toolName,
  input: z.record(z.string(), z.unknown()),
});
const toolResult = z.object({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  content: z
    .union([z.string(), z.array(z.discriminatedUnion("type", [text], only("text", "a tool's result")))])
    .nullish(),
  is_error: z.boolean().nullish(),
});

const message = z.discriminatedUnion("role", [
  z.object({
    role: z.literal("user"),
    content: z.union([
      z.string(),
      z.array(z.discriminatedUnion("type", [text, toolResult], only("text and tool_result", "a user's message"))),
    ]),
  }),
  z.object({
    role: z.literal("assistant"),
    content: z.union([
      z.string(),
      z.array(z.discriminatedUnion("type", [text, toolUse], only("text and tool_use", "the assistant's message"))),
    ]),
  }),
  z.object({
    role: z.literal("system"),
    content: z.union([z.string(), z.array(z.discriminatedUnion("type", [text], only("text", "a system message")))]),
  }),
]);

const onlyCustom = "only custom tools are supported: this server runs none itself";

const tool = z.object({
  type: z.literal("custom", { error: onlyCustom }).nullish(),
  name: toolName,
  description: z.string().nullish(),
  input_schema: z.record(z.string(), z.unknown()),
  strict: z.boolean().nullish().openapi({ description: "True: a call's input always fits `input_schema`." }),
  defer_loading: unsupported("a tool can't be shown later; every tool is shown to the model", false),
  input_examples: unsupported("examples are not shown to the model; put them into the description", []),
  allowed_callers: z.array(z.literal("direct", { error: "only the model calls tools" })).nullish(),
});

const ownNames = {
  n: unsupported("an answer has one choice here; use /v1/chat/completions", 1),
  stop: unsupported("this endpoint has another name for it; send stop_sequences", []),
  stream_options: unsupported("this endpoint's streams have no options; use /v1/chat/completions", {}),
  response_format: unsupported("this endpoint has another name for it; send output_config.format"),
};

const outputFormat = z.object({
  type: z.literal("json_schema", { error: 'must be "json_schema"; other formats are not supported' }),
  schema: schemaObject,
});

const messageFields = sharedParameters.extend({
  ...ownNames,
  max_tokens: tokenCount,
  system: z
    .union([z.string(), z.array(z.discriminatedUnion("type", [text], only("text", "the system prompt")))])
    .nullish(),
  messages: z
    .array(message)
    .min(1)
    .superRefine((messages, context) => {
      for (const fault of conversationFaults(messages)) context.addIssue({ code: "custom", ...fault });
    }),
  stop_sequences: z.array(stopText).max(MAX_STOP_SEQUENCES).nullish(),
  tools: z.array(tool).max(MAX_TOOLS).nullish(),
  tool_choice: z
    .object({
      type: z.enum(["auto", "none", "any", "tool"]),
      name: z.string().nullish().openapi({ description: "The tool of the type `tool`." }),
      disable_parallel_tool_use: z
        .boolean()
        .nullish()
        .openapi({ description: "True: the answer ends with its first tool call." }),
    })
    .nullish(),
  thinking: z
    .object({
      type: z.literal("disabled", { error: "the models do not think apart from their answer: leave it out" }),
    })
    .nullish(),
  output_config: z
    .object({
      format: outputFormat.nullish().openapi({ description: "The form of the answer's text." }),
      task_budget: unsupported("budgets are not supported; use max_tokens"),
    })
    .nullish(),
  output_format: outputFormat.nullish().openapi({ description: "An older name of output_config.format." }),
  container: unsupported("this server runs no code"),
  mcp_servers: unsupported("this server calls no other servers; send their tools", []),
  context_management: unsupported("messages are never edited; send those that the model should read", {}),
  inference_geo: unsupported("this server does not choose where it runs"),
  diagnostics: unsupported("this detail is not part of an answer here"),
});

export const messageBody = messageFields
  .superRefine((body, context) => {
    for (const fault of messageFaults(body)) context.addIssue({ code: "custom", ...fault });
  })
  .openapi("MessageRequest");

export type MessageBody = z.infer<typeof messageFields>;

function only(names: string, place: string) {
  return otherType(`${place} may have ${names} blocks only`);
}
