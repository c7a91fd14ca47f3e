/** Items as the messages of a chat completion, which has calls and text of the assistant in one message. */
import { unreachable } from "@palimpsest/proto";
import type { ChatBody } from "../openai/chat-request.ts";
import type { Path } from "../openai/places.ts";
import { inOrderOfCalls, toolResultFaults } from "../openai/tool-results.ts";
import type { InputItem } from "./input-items.ts";

type ChatMessage = ChatBody["messages"][number];
export type Item = Exclude<InputItem, { type: "item_reference" }>;

/** An item, and where it stood in the body. */
export interface PlacedItem {
  readonly item: Item;
  readonly path: Path;
}

/** A message, and where its items stood in the body. */
export interface PlacedMessage {
  readonly message: ChatMessage;
  readonly path: Path;
  /** Places of its calls. */
  readonly callPaths: readonly Path[];
}

/** The messages in the order in which the worker gets them. */
export function conversationOf(instructions: string | null | undefined, items: readonly PlacedItem[]): PlacedMessage[] {
  const system: PlacedMessage[] = instructions
    ? [{ message: { role: "system", content: instructions }, path: ["instructions"], callPaths: [] }]
    : [];
  const placed = [...system, ...messagesOf(items)];
  const places = new Map(placed.map((one) => [one.message, one]));
  return inOrderOfCalls(placed.map(({ message }) => message)).map((message) => places.get(message)!);
}

/** The first call or output whose id does not match, if there is one. */
export function conversationFault(items: readonly PlacedItem[]): { path: Path; message: string } | undefined {
  const placed = messagesOf(items);
  const messages = placed.map(({ message }) => message);
  const [fault] = toolResultFaults(messages, "a function_call_output item with this call_id right behind it");
  if (!fault) return undefined;
  const [index, field, call] = fault.path;
  const { path, callPaths } = placed[Number(index)]!;
  const place = field === "tool_calls" ? callPaths[Number(call)]! : path;
  return { path: place[0] === "input" ? [...place, "call_id"] : place, message: fault.message };
}

function messagesOf(items: readonly PlacedItem[]): PlacedMessage[] {
  const messages: PlacedMessage[] = [];
  for (const { item, path } of items) {
    const last = messages.at(-1);
    switch (item.type) {
      case "function_call":
        messages.splice(last?.message.role === "assistant" ? -1 : messages.length, 1, withCall(last, item, path));
        break;
      case "function_call_output":
        messages.push({ message: resultOf(item), path, callPaths: [] });
        break;
      case "message":
      case undefined:
        if (item.role === "assistant" && last && last.callPaths.length > 0)
          messages.splice(-1, 1, withText(last, item));
        else messages.push({ message: { role: item.role, content: textOf(item.content) }, path, callPaths: [] });
        break;
      default:
        unreachable(item);
    }
  }
  return messages;
}

/** The assistant's message with one more call; a new one if there is none. */
function withCall(
  last: PlacedMessage | undefined,
  { call_id, name, arguments: given }: Item & { type: "function_call" },
  path: Path,
): PlacedMessage {
  const call = { id: call_id, type: "function" as const, function: { name, arguments: given } };
  if (last?.message.role !== "assistant") {
    return { message: { role: "assistant", content: "", tool_calls: [call] }, path, callPaths: [path] };
  }
  const { message, callPaths } = last;
  const tool_calls = [...(message.tool_calls ?? []), call];
  return { ...last, message: { ...message, tool_calls }, callPaths: [...callPaths, path] };
}

/** A message that has calls with the text behind them. */
function withText(last: PlacedMessage, { content }: Item & { type?: "message" | undefined }): PlacedMessage {
  const text = `${last.message.content ?? ""}${textOf(content)}`;
  return { ...last, message: { ...last.message, content: text } as ChatMessage };
}

function resultOf({ call_id, output }: Item & { type: "function_call_output" }): ChatMessage {
  return { role: "tool", tool_call_id: call_id, content: textOf(output) };
}

type Texts = string | readonly ({ readonly text: string } | { readonly refusal: string })[];

function textOf(content: Texts): string {
  if (typeof content === "string") return content;
  return content.map((part) => ("text" in part ? part.text : part.refusal)).join("");
}
