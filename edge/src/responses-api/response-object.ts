/** A response as clients read it, and its items. Strictly OpenAI's form: no field of our own. */
import { z } from "@hono/zod-openapi";
import type { ResponseBody } from "./response-body.ts";
import { responseToolChoice, textFormat } from "./response-parameters.ts";

const count = z.int();
const itemStatus = z.enum(["in_progress", "completed", "incomplete"]);

const logprob = z.object({ token: z.string(), bytes: z.array(z.int()), logprob: z.number() });
const tokenLogprob = logprob.extend({ top_logprobs: z.array(logprob) });

export const outputText = z.object({
  type: z.literal("output_text"),
  text: z.string(),
  annotations: z.array(z.never()).openapi({ type: "array", items: {} }),
  logprobs: z.array(tokenLogprob),
});

export const outputMessage = z.object({
  id: z.string(),
  type: z.literal("message"),
  role: z.literal("assistant"),
  status: itemStatus,
  content: z.array(outputText),
});

export const functionCallItem = z.object({
  id: z.string(),
  type: z.literal("function_call"),
  status: itemStatus,
  call_id: z.string(),
  name: z.string(),
  arguments: z.string(),
});

const outputItem = z.discriminatedUnion("type", [outputMessage, functionCallItem]);

const functionTool = z.object({
  type: z.literal("function"),
  name: z.string(),
  description: z.string().nullable(),
  parameters: z.record(z.string(), z.unknown()).nullable(),
  strict: z.boolean(),
});

export const responseUsage = z.object({
  input_tokens: count,
  input_tokens_details: z.object({ cached_tokens: count, cache_write_tokens: z.literal(0) }),
  output_tokens: count,
  output_tokens_details: z.object({ reasoning_tokens: z.literal(0) }),
  total_tokens: count,
});

export const responseObject = z
  .object({
    id: z.string(),
    object: z.literal("response"),
    created_at: z.int(),
    completed_at: z.int().nullable(),
    status: z.enum(["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]),
    background: z.boolean(),
    error: z
      .object({ code: z.enum(["server_error", "rate_limit_exceeded", "invalid_prompt"]), message: z.string() })
      .nullable(),
    incomplete_details: z.object({ reason: z.literal("max_output_tokens") }).nullable(),
    instructions: z.string().nullable(),
    max_output_tokens: z.int().nullable(),
    max_tool_calls: z.null(),
    model: z.string(),
    output: z.array(outputItem),
    parallel_tool_calls: z.boolean(),
    previous_response_id: z.string().nullable(),
    prompt_cache_key: z.string().nullable(),
    reasoning: z.object({ effort: z.null(), summary: z.null() }),
    safety_identifier: z.string().nullable(),
    service_tier: z.literal("default"),
    temperature: z.number(),
    text: z.object({ format: textFormat, verbosity: z.literal("medium") }),
    tool_choice: responseToolChoice,
    tools: z.array(functionTool),
    top_logprobs: z.int(),
    top_p: z.number(),
    truncation: z.literal("disabled"),
    usage: responseUsage.optional().openapi({ description: "Absent while the response runs." }),
    user: z.string().optional(),
    access_programs: z.null(),
    metadata: z.record(z.string(), z.string()),
  })
  .openapi("Response");

type Fields = z.infer<typeof responseObject>;

/** Fields without a value are absent rather than undefined, since JSON knows no undefined. */
export type ResponseObject = Omit<Fields, "usage" | "user" | "text"> & {
  usage?: NonNullable<Fields["usage"]>;
  user?: string;
  text: { format: Present<Fields["text"]["format"]>; verbosity: "medium" };
};

type Present<T> = T extends unknown ? { [Key in keyof T]: Exclude<T[Key], undefined> } : never;

export type OutputItem = z.infer<typeof outputItem>;
export type OutputMessage = z.infer<typeof outputMessage>;
export type FunctionCallItem = z.infer<typeof functionCallItem>;

/** The response before its first item. @param created Unix seconds */
export function emptyResponse(id: string, created: number, body: ResponseBody): ResponseObject {
  return {
    id,
    object: "response",
    created_at: created,
    completed_at: null,
    status: "in_progress",
    background: body.background ?? false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: null,
    model: body.model,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: { effort: null, summary: null },
    safety_identifier: body.safety_identifier ?? null,
    service_tier: "default",
    // Without a temperature, decoding is greedy.
    temperature: body.temperature ?? 0,
    text: { format: (body.text?.format ?? { type: "text" }) as ResponseObject["text"]["format"], verbosity: "medium" },
    tool_choice: body.tool_choice ?? "auto",
    tools: (body.tools ?? []).map(({ name, description, parameters, strict }) => ({
      type: "function",
      name,
      description: description ?? null,
      parameters: parameters ?? null,
      strict: strict ?? false,
    })),
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p ?? 1,
    truncation: "disabled",
    ...(body.user != null && { user: body.user }),
    access_programs: null,
    metadata: body.metadata ?? {},
  };
}
