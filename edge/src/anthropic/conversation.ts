/** Anthropic's messages in OpenAI's form, which has results of tools as messages of their own. */
import { unreachable } from "@palimpsest/proto";
import type { ChatBody } from "../openai/chat-request.ts";
import type { Path } from "../openai/places.ts";
import { inOrderOfCalls, type MessageFault, toolResultFaults } from "../openai/tool-results.ts";
import type { MessageBody } from "./message-body.ts";

type Messages = MessageBody["messages"];
type ChatMessage = ChatBody["messages"][number];

/** A message, and where it stood in the body. */
type Placed = ChatMessage & {
  readonly path: Path;
  /** Places of its calls in its content. */
  readonly callIndexes?: readonly number[];
};

/** The system prompt and the messages, in the order in which the worker gets them. */
export function conversationOf({ system, messages }: Pick<MessageBody, "system" | "messages">): Placed[] {
  const leading = joined(system, "\n\n");
  const first: Placed[] = leading === "" ? [] : [{ role: "system", content: leading, path: ["system"] }];
  return inOrderOfCalls([...first, ...placed(messages)]);
}

/** Ids of calls and results that do not match; paths are in `messages`. */
export function* conversationFaults(messages: Messages): Generator<MessageFault> {
  const chat = placed(messages);
  for (const { path, message } of toolResultFaults(chat, "a tool_result block in the next message")) {
    const [index = 0, field, call, id] = path;
    const { path: place, callIndexes = [] } = chat[Number(index)]!;
    const [, ...inMessages] = place;
    const rest =
      field === "tool_calls" ? ["content", callIndexes[Number(call)]!, ...(id ? ["id"] : [])] : ["tool_use_id"];
    yield { path: [...inMessages, ...rest], message };
  }
}

function placed(messages: Messages): Placed[] {
  return messages.flatMap((message, index): Placed[] => {
    const path = ["messages", index];
    switch (message.role) {
      case "system":
        return [{ role: "system", content: joined(message.content, "\n\n"), path }];
      case "assistant":
        return [assistantMessage(message.content, path)];
      case "user":
        return userMessages(message.content, path);
      default:
        return unreachable(message);
    }
  });
}

function assistantMessage(content: (Messages[number] & { role: "assistant" })["content"], path: Path): Placed {
  if (typeof content === "string") return { role: "assistant", content, path };
  const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
  const calls = content.flatMap((block, index) => (block.type === "tool_use" ? [{ ...block, index }] : []));
  return {
    role: "assistant",
    content: text,
    tool_calls: calls.map(({ id, name, input }) => {
      return { id, type: "function", function: { name, arguments: JSON.stringify(input) } };
    }),
    path,
    callIndexes: calls.map(({ index }) => index),
  };
}

/** A message for each result, and one for the text between two. */
function userMessages(content: (Messages[number] & { role: "user" })["content"], path: Path): Placed[] {
  if (typeof content === "string") return [{ role: "user", content, path }];
  if (content.length === 0) return [{ role: "user", content: "", path }];
  const turns: Placed[] = [];
  let text: { role: "user"; content: string; path: Path } | undefined;
  for (const [index, block] of content.entries()) {
    const place = [...path, "content", index];
    if (block.type === "text") {
      if (!text) {
        text = { role: "user", content: "", path };
        turns.push(text);
      }
      text.content += block.text;
      continue;
    }
    text = undefined;
    turns.push({ role: "tool", tool_call_id: block.tool_use_id, content: resultOf(block), path: place });
  }
  return turns;
}

/** Chat templates cannot mark a result as failed: the text says so. */
function resultOf({ content, is_error }: { content?: Texts; is_error?: boolean | null | undefined }): string {
  const text = joined(content, "");
  return is_error ? ["Error", text].filter((part) => part !== "").join(": ") : text;
}

type Texts = string | readonly { readonly text?: string }[] | null | undefined;

function joined(content: Texts, separator: string): string {
  if (typeof content === "string") return content;
  return (content ?? []).map(({ text = "" }) => text).join(separator);
}
