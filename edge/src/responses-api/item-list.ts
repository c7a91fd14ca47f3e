/** The items of a response's input, as a client lists them. */
import { z } from "@hono/zod-openapi";
import { unreachable } from "@palimpsest/proto";
import { EdgeError } from "../errors.ts";
import { functionCallItem, outputMessage } from "./response-object.ts";
import type { StoredItem, StoredResponse } from "./stored-response.ts";

/** As many as OpenAI's list has by default. */
const PAGE = 20;

const inputText = z.object({ type: z.literal("input_text"), text: z.string() });
const inputMessage = z.object({
  id: z.string(),
  type: z.literal("message"),
  role: z.enum(["user", "system", "developer"]),
  status: z.literal("completed"),
  content: z.array(inputText),
});
const functionCallOutput = z.object({
  id: z.string(),
  type: z.literal("function_call_output"),
  status: z.literal("completed"),
  call_id: z.string(),
  output: z.union([z.string(), z.array(inputText)]),
});
const listedItem = z.union([inputMessage, outputMessage, functionCallItem, functionCallOutput]);

export const itemListBody = z
  .object({
    object: z.literal("list"),
    data: z.array(listedItem),
    first_id: z.string(),
    last_id: z.string(),
    has_more: z.boolean(),
  })
  .openapi("ResponseItemList");

export interface Page {
  readonly limit?: number | undefined;
  readonly order?: "asc" | "desc" | undefined;
  readonly after?: string | undefined;
}

/** @throws EdgeError if `after` is no item of the input */
export function itemList(
  { items, earlierItems }: StoredResponse,
  { limit = PAGE, order = "desc", after }: Page,
): z.infer<typeof itemListBody> {
  const own = items.slice(earlierItems);
  const ordered = order === "asc" ? own : own.toReversed();
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) {
    const message = `after: ${JSON.stringify(after.slice(0, 64))} is no item of this response's input.`;
    throw new EdgeError("invalid_request", message, { param: "after" });
  }
  const data = ordered.slice(start, start + limit).map(listed);
  return {
    object: "list",
    data,
    first_id: data[0]?.id ?? "",
    last_id: data.at(-1)?.id ?? "",
    has_more: start + limit < ordered.length,
  };
}

function listed(item: StoredItem): z.infer<typeof listedItem> {
  const { id } = item;
  switch (item.type) {
    case "function_call": {
      const { call_id, name, arguments: given } = item;
      return { id, type: "function_call", status: "completed", call_id, name, arguments: given };
    }
    case "function_call_output":
      return { id, type: "function_call_output", status: "completed", call_id: item.call_id, output: item.output };
    case "message":
    case undefined: {
      const texts = textsOf(item);
      if (item.role !== "assistant") {
        const content = texts.map((text) => ({ type: "input_text" as const, text }));
        return { id, type: "message", role: item.role, status: "completed", content };
      }
      const content = texts.map((text) => ({ type: "output_text" as const, text, annotations: [], logprobs: [] }));
      return { id, type: "message", role: "assistant", status: item.status ?? "completed", content };
    }
    default:
      return unreachable(item);
  }
}

function textsOf({ content }: Extract<StoredItem, { role: unknown }>): string[] {
  if (typeof content === "string") return [content];
  return content.map((part) => (part.type === "refusal" ? part.refusal : part.text));
}
