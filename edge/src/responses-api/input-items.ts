/** The items of a response's input: messages, calls of functions, their results, and references to stored items. */
import { z } from "@hono/zod-openapi";
import { otherType } from "../openai/other-type.ts";

/** Longer than the ids of any server; OpenAI's own have 64 characters at most. */
const MAX_ID_LENGTH = 128;

const TEXT_ONLY = "a message has text parts only: this model reads no images, audio or files";
const ITEMS = "the input has items of the types message, function_call, function_call_output and item_reference only";

/** Fields of an answer that a client sends back. They are not needed: the server gives ids of its own. */
const known = {
  id: z.string().min(1).max(MAX_ID_LENGTH).nullish(),
  status: z.enum(["in_progress", "completed", "incomplete"]).nullish(),
};

const inputText = z.object({ type: z.literal("input_text"), text: z.string() });
const textPart = z.discriminatedUnion(
  "type",
  [
    inputText,
    z.object({ type: z.literal("output_text"), text: z.string() }),
    z.object({ type: z.literal("refusal"), refusal: z.string() }),
  ],
  otherType(TEXT_ONLY),
);

const functionName = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,128}$/, "a name has 1 to 128 letters, digits, underscores and hyphens");
const callId = z.string().min(1).max(MAX_ID_LENGTH);

const message = z.object({
  ...known,
  type: z.literal("message").optional(),
  role: z.enum(["user", "assistant", "system", "developer"]),
  content: z.union([z.string(), z.array(textPart)]),
});

const functionCall = z.object({
  ...known,
  type: z.literal("function_call"),
  call_id: callId,
  name: functionName,
  arguments: z.string(),
});

const functionCallOutput = z.object({
  ...known,
  type: z.literal("function_call_output"),
  call_id: callId,
  output: z.union([
    z.string(),
    z.array(z.discriminatedUnion("type", [inputText], otherType("the output of a call has input_text parts only"))),
  ]),
});

const itemReference = z.object({ type: z.literal("item_reference"), id: z.string().min(1).max(MAX_ID_LENGTH) });

export const inputItem = z.discriminatedUnion(
  "type",
  [message, functionCall, functionCallOutput, itemReference],
  otherType(ITEMS),
);

export type InputItem = z.infer<typeof inputItem>;

export { functionName };
