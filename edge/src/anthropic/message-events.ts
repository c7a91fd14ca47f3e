/** The streamed form of a message: Anthropic's events, from commits only, so that no text changes later. */
import { type EditEvent, type OpenEvent, unreachable } from "@palimpsest/proto";
import { type EdgeError, errorOf } from "../errors.ts";
import type { ResponseHead } from "../openai/finished-response.ts";
import { type AnswerPart, createAnswerParser, type ToolUse } from "../openai/tool-calls.ts";
import type { SseMessage } from "../stream/sse.ts";
import { messageError } from "./error-form.ts";
import {
  type ContentBlock,
  deltaUsageOf,
  emptyMessage,
  type MessageAnswer,
  type MessageStop,
  stopOf,
  toolUseOf,
} from "./message-answer.ts";

export type MessageEvent =
  | { type: "message_start"; message: MessageAnswer }
  | { type: "content_block_start"; index: number; content_block: ContentBlock }
  | { type: "content_block_delta"; index: number; delta: BlockDelta }
  | { type: "content_block_stop"; index: number }
  | { type: "message_delta"; delta: MessageStop; usage: ReturnType<typeof deltaUsageOf> }
  | { type: "message_stop" };

type BlockDelta = { type: "text_delta"; text: string } | { type: "input_json_delta"; partial_json: string };

/**
 * @param tools how the answer may call tools; undefined if it may not
 * @param reported the error as the client is to see it
 */
export function messageStream(tools: ToolUse | undefined, reported: (error: EdgeError) => EdgeError) {
  return {
    messages: (events: AsyncIterable<EditEvent>, head: ResponseHead) => messages(events, head, tools),
    failed: (error: EdgeError) => errorMessage(reported(error)),
    heartbeat: messageOf({ type: "ping" }),
  };
}

async function* messages(
  events: AsyncIterable<EditEvent>,
  { id, model }: ResponseHead,
  tools: ToolUse | undefined,
): AsyncGenerator<SseMessage> {
  const answer = createAnswer(id, tools);
  for await (const event of events) {
    if (event.type === "error") yield errorMessage(errorOf(event));
    else for (const sent of eventsOf(event, answer, (open) => emptyMessage(id, model, open))) yield messageOf(sent);
  }
}

function* eventsOf(
  event: Exclude<EditEvent, { type: "error" }>,
  answer: Answer,
  empty: (open: OpenEvent) => MessageAnswer,
): Generator<MessageEvent> {
  switch (event.type) {
    case "queued":
    case "draft":
      return;
    case "open":
      return yield { type: "message_start", message: empty(event) };
    case "commit":
      return yield* answer.commit(event.text, event.stop);
    case "done":
      return yield* answer.done(event.finish_reason);
    case "end":
      yield { type: "message_delta", delta: answer.stop(), usage: deltaUsageOf(event.usage) };
      return yield { type: "message_stop" };
    default:
      return unreachable(event);
  }
}

type Answer = ReturnType<typeof createAnswer>;

/** The content blocks of an answer, in order: one at a time is open. */
function createAnswer(responseId: string, tools: ToolUse | undefined) {
  const parser = createAnswerParser(tools);
  let index = -1;
  let isTextOpen = false;
  let calls = 0;
  let stopString: string | undefined;
  let reason: Parameters<typeof stopOf>[0] = "stop";

  function* close(): Generator<MessageEvent> {
    if (isTextOpen) yield { type: "content_block_stop", index };
    isTextOpen = false;
  }

  function* show(parts: readonly AnswerPart[]): Generator<MessageEvent> {
    for (const part of parts) {
      if (part.type === "text") {
        if (!isTextOpen) yield { type: "content_block_start", index: ++index, content_block: EMPTY_TEXT };
        isTextOpen = true;
        yield { type: "content_block_delta", index, delta: { type: "text_delta", text: part.text } };
        continue;
      }
      yield* close();
      index++;
      yield { type: "content_block_start", index, content_block: toolUseOf(responseId, calls++, part.name) };
      const delta = { type: "input_json_delta", partial_json: part.arguments } as const;
      yield { type: "content_block_delta", index, delta };
      yield { type: "content_block_stop", index };
    }
  }

  return {
    commit(text: string, stop: string | undefined) {
      stopString = stop;
      return show(parser.push(text));
    },
    *done(given: typeof reason): Generator<MessageEvent> {
      reason = given;
      yield* show(parser.end(reason));
      yield* close();
    },
    stop: () => stopOf(reason, calls > 0, stopString),
  };
}

const EMPTY_TEXT: ContentBlock = { type: "text", text: "", citations: null };

function messageOf(event: MessageEvent | { type: "ping" }): SseMessage {
  return { event: event.type, data: JSON.stringify(event) };
}

function errorMessage(error: EdgeError): SseMessage {
  return { event: "error", data: JSON.stringify(messageError(error)) };
}
