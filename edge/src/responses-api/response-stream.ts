/** The streamed form of a response: its events as messages, named by their types. */
import type { EditEvent } from "@palimpsest/proto";
import { type EdgeError, errorOf } from "../errors.ts";
import type { SseMessage } from "../stream/sse.ts";
import type { ResponseEvent, ResponseWriter } from "./response-events.ts";

/**
 * @param reported the error as the client is to see it
 * @param after the number of the last event that the client has
 */
export function eventStream(writer: ResponseWriter, reported: (error: EdgeError) => EdgeError, after = -1) {
  async function* messages(events: AsyncIterable<EditEvent> | Iterable<EditEvent>): AsyncGenerator<SseMessage> {
    for await (const event of events) {
      const added = event.type === "error" ? [writer.fail(reported(errorOf(event)))] : writer.push(event);
      for (const one of added) if (one.sequence_number > after) yield messageOf(one);
    }
  }
  return { messages, failed: (error: EdgeError) => messageOf(writer.fail(reported(error))) };
}

function messageOf(event: ResponseEvent): SseMessage {
  return { event: event.type, data: JSON.stringify(event) };
}
