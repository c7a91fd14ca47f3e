/** Sends messages as a stream of server-sent events, at the reader's pace. */
import type { Context } from "hono";
import type { TextSink } from "../ports.ts";
import { streamTo } from "./client.ts";
import type { Heartbeats } from "./heartbeats.ts";

export interface SseMessage {
  /** One line. */
  readonly data: string;
  readonly id?: string;
  readonly event?: string;
}

export interface SseOptions {
  readonly heartbeats: Heartbeats;
  /** The request's `disconnection`: it aborts when the client disconnects before the last message. */
  readonly disconnected: AbortController;
  /** The last message when the source throws. */
  failed(error: unknown): SseMessage;
  /** Sent while the source is idle. Absent: a comment, which clients skip. */
  readonly heartbeat?: SseMessage | undefined;
  /** True to send a heartbeat at once: the first message may be far away. */
  readonly isLate?: boolean;
}

export function sse(c: Context, messages: AsyncIterable<SseMessage>, options: SseOptions): Response {
  c.header("content-type", "text/event-stream");
  c.header("cache-control", "no-cache");
  // Otherwise nginx buffers the response.
  c.header("x-accel-buffering", "no");
  // A body that nobody reads would never be cancelled.
  if (c.req.method === "HEAD") return c.body(null);
  return streamTo(c, (sink) => send(messages, sink, options), options.disconnected);
}

async function send(messages: AsyncIterable<SseMessage>, sink: TextSink, options: SseOptions): Promise<void> {
  const { heartbeats, heartbeat, failed, isLate = false } = options;
  const idle = heartbeat ? textOf(heartbeat) : ": keep-alive\n\n";
  if (isLate) void sink.write(idle);
  // A client that does not read must not collect heartbeats.
  using stream = heartbeats.watch(() => sink.isFull || void sink.write(idle));
  try {
    for await (const message of messages) {
      const room = sink.write(textOf(message));
      stream.touch();
      if (room) await room;
    }
  } catch (error) {
    void sink.write(textOf(failed(error)));
  }
  sink.end();
}

function textOf({ event, id, data }: SseMessage): string {
  const name = event === undefined ? "" : `event: ${event}\n`;
  return id === undefined ? `${name}data: ${data}\n\n` : `${name}data: ${data}\nid: ${id}\n\n`;
}
