/** Server-sent events: messages out of an async iterable, at the pace of the reader. It knows nothing of their contents. */
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { HEARTBEAT } from "./heartbeat.ts";

export interface SseMessage {
  readonly data: string;
  readonly id?: string;
  readonly event?: string;
}

export interface SseOptions {
  /** Called when the client goes away before the last message. */
  cancel(): void;
  /** The last message of a stream whose source throws. */
  failed(error: unknown): SseMessage;
}

export function sse(
  c: Context,
  messages: AsyncIterable<SseMessage | typeof HEARTBEAT>,
  { cancel, failed }: SseOptions,
): Response {
  // nginx holds responses back unless it is told not to.
  c.header("X-Accel-Buffering", "no");
  return streamSSE(c, async (stream) => {
    stream.onAbort(cancel);
    try {
      for await (const message of messages) {
        if (message === HEARTBEAT) await stream.write(": keep-alive\n\n");
        else await stream.writeSSE(message);
      }
    } catch (error) {
      await stream.writeSSE(failed(error));
    }
  });
}
