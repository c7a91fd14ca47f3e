/** Sends an async iterable of messages as server-sent events, at the reader's pace. */
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { HEARTBEAT } from "./heartbeat.ts";

export interface SseMessage {
  readonly data: string;
  readonly id?: string;
  readonly event?: string;
}

export interface SseOptions {
  /** Called when the client disconnects before the last message. */
  cancel(): void;
  /** The last message when the source throws. */
  failed(error: unknown): SseMessage;
  /** Sent while the source is idle. Absent: a comment, which clients skip. */
  readonly heartbeat?: SseMessage | undefined;
}

export function sse(
  c: Context,
  messages: AsyncIterable<SseMessage | typeof HEARTBEAT>,
  { cancel, failed, heartbeat }: SseOptions,
): Response {
  // Otherwise nginx buffers the response.
  c.header("X-Accel-Buffering", "no");
  // A body that nobody reads would never be cancelled.
  if (c.req.method === "HEAD") return c.body(null, 200, { "content-type": "text/event-stream" });
  const response = streamSSE(c, async (stream) => {
    stream.onAbort(cancel);
    try {
      for await (const message of messages) {
        const sent = message === HEARTBEAT ? heartbeat : message;
        await (sent ? stream.writeSSE(sent) : stream.write(": keep-alive\n\n"));
      }
    } catch (error) {
      await stream.writeSSE(failed(error));
    }
  });
  // The server frames the body, by the client's version of HTTP and its Connection header.
  for (const name of ["transfer-encoding", "connection"]) {
    response.headers.delete(name);
    c.header(name, undefined);
  }
  return response;
}
