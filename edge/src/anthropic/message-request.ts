/** The body of POST /v1/messages as that of a chat completion, which has one way to the worker. */
import { defined } from "@palimpsest/proto";
import { EdgeError } from "../errors.ts";
import type { ChatBody } from "../openai/chat-request.ts";
import { conversationOf } from "./conversation.ts";
import type { MessageBody } from "./message-body.ts";

export function chatBodyOf(body: MessageBody): ChatBody {
  const { messages: _messages, system: _system, tools, tool_choice, stop_sequences, ...shared } = body;
  const { n: _n, stop: _stop, stream_options: _options, response_format: _format, ...parameters } = shared;
  return {
    ...parameters,
    messages: conversationOf(body),
    tools: tools?.map(({ name, description, input_schema }) => ({
      type: "function",
      function: { name, ...defined({ description: description ?? undefined }), parameters: input_schema },
    })),
    ...defined({ stop: stop_sequences, tool_choice: tool_choice?.type }),
    parallel_tool_calls: tool_choice?.disable_parallel_tool_use !== true,
  };
}

/** The error with the worker's place of a message, as in `messages[3]`, replaced by the place in the client's body. */
export function inClientsPlaces(error: EdgeError, body: MessageBody): EdgeError {
  const [place, index] = /^messages\[(\d+)\]/.exec(error.param ?? "") ?? [];
  const path = index === undefined ? undefined : conversationOf(body)[Number(index)]?.path;
  if (place === undefined || path === undefined) return error;
  const clients = path.reduce<string>((text, key) => text + (typeof key === "number" ? `[${key}]` : `.${key}`), "");
  const shown = clients.slice(1);
  const { code, message, param, retryAfterMs } = error;
  return new EdgeError(code, message.replaceAll(place, shown), {
    cause: error,
    param: param?.replace(place, shown),
    ...defined({ retryAfterMs }),
  });
}
