/** The body of POST /v1/messages as that of a chat completion, which has one way to the worker. */
import { defined } from "@palimpsest/proto";
import { EdgeError } from "../errors.ts";
import { type ChatBody, continuationFaults } from "../openai/chat-request.ts";
import { nameOf } from "../openai/places.ts";
import { conflict, structuredFaults } from "../openai/structured-output.ts";
import { chatGrammar, toolFaults } from "../openai/tool-choice.ts";
import { conversationOf } from "./conversation.ts";
import type { MessageBody } from "./message-body.ts";

export function chatBodyOf(body: MessageBody): ChatBody {
  const { messages: _messages, system: _system, tools, tool_choice, stop_sequences, ...shared } = body;
  const { n: _n, stop: _stop, stream_options: _options, response_format: _other, ...parameters } = shared;
  const format = body.output_config?.format ?? body.output_format;
  return {
    ...parameters,
    messages: conversationOf(body),
    continue_final_message: body.messages.at(-1)?.role === "assistant",
    tools: tools?.map(({ name, description, input_schema, strict }) => ({
      type: "function",
      function: { name, ...defined({ description, strict }), parameters: input_schema },
    })),
    ...defined({ stop: stop_sequences, tool_choice: tool_choice && toolChoiceOf(tool_choice) }),
    ...(format && { response_format: { type: "json_schema", json_schema: { name: "answer", schema: format.schema } } }),
    parallel_tool_calls: tool_choice?.disable_parallel_tool_use !== true,
  };
}

/** A choice that fits no tool, and forms that contradict each other or other parameters. */
export function* messageFaults(body: MessageBody): Generator<{ path: (string | number)[]; message: string }> {
  const { tool_choice: choice, output_config, output_format } = body;
  if (choice?.type === "tool" && choice.name == null) {
    return yield { path: ["tool_choice", "name"], message: "must be the name of a tool" };
  }
  if (output_config?.format && output_format) yield conflict("output_format", "output_config.format");
  const chat = chatBodyOf(body);
  const grammar = chatGrammar(chat);
  const faults = [...toolFaults(chat), ...structuredFaults(chat, grammar), ...continuationFaults(chat, grammar)];
  for (const { path, message } of faults) {
    const place = inBody(path.join("."), body);
    yield { path: place.split("."), message: inBody(message, body) };
  }
}

function toolChoiceOf({ type, name }: NonNullable<MessageBody["tool_choice"]>): ChatBody["tool_choice"] {
  switch (type) {
    case "any":
      return "required";
    case "tool":
      return { type: "function", function: { name: name ?? "" } };
    default:
      return type;
  }
}

/** The text with parameters of a chat completion replaced by those of the client's body. */
function inBody(text: string, { output_format }: MessageBody): string {
  return text
    .replaceAll("response_format", output_format ? "output_format" : "output_config.format")
    .replaceAll(/(tools\[\d+\])\.function\.parameters/g, "$1.input_schema")
    .replaceAll("tool_choice.function.name", "tool_choice.name")
    .replaceAll("continue_final_message", "messages");
}

/** The error with places of the chat completion, as in `messages[3]`, replaced by those in the client's body. */
export function inClientsPlaces(error: EdgeError, body: MessageBody): EdgeError {
  const { code, message, param, retryAfterMs } = error;
  const placed = (text: string) => inBody(inConversation(text, param, body), body);
  if (param === null || placed(param) === param) return error;
  return new EdgeError(code, placed(message), { cause: error, param: placed(param), ...defined({ retryAfterMs }) });
}

/** The text with the place of a message at fault. */
function inConversation(text: string, param: string | null, body: MessageBody): string {
  const [place, index] = /^messages\[(\d+)\]/.exec(param ?? "") ?? [];
  const path = index === undefined ? undefined : conversationOf(body)[Number(index)]?.path;
  if (place === undefined || path === undefined) return text;
  return text.replaceAll(place, nameOf(path));
}
