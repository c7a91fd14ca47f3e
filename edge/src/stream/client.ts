/** The client at the other end of a response: it may disconnect, and it reads at its own pace. */
import type { Context } from "hono";
import type { ClientConnection, TextSink } from "../ports.ts";

/** Longer texts are sent at once instead of with those of the same turn. */
export const FULL_LENGTH = 16 * 1024;

/** A controller that aborts when the client disconnects before its answer has ended; once its body streams, by `streamTo`. */
export function disconnection(c: Context): AbortController {
  const controller = new AbortController();
  const disconnected = () => controller.abort();
  const connection = connectionOf(c);
  if (connection) connection.onDisconnect(disconnected);
  else if (c.req.raw.signal.aborted) disconnected();
  else c.req.raw.signal.addEventListener("abort", disconnected, { once: true });
  return controller;
}

/** A response whose body `send` writes. @param disconnected the request's `disconnection` */
export function streamTo(c: Context, send: (sink: TextSink) => Promise<void>, disconnected: AbortController): Response {
  const connection = connectionOf(c);
  if (connection) {
    void send(connection.body());
    return c.body(null);
  }
  return c.body(webBody(send, () => disconnected.abort()));
}

/** Present where the entry point passes it. */
function connectionOf(c: Context): ClientConnection | undefined {
  return (c.env as { readonly connection?: ClientConnection } | undefined)?.connection;
}

function webBody(send: (sink: TextSink) => Promise<void>, cancel: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let pending = "";
  let isOver = false;
  let flushing: ReturnType<typeof setTimeout> | undefined;
  let room: PromiseWithResolvers<void> | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const flush = () => {
        clearTimeout(flushing);
        flushing = undefined;
        if (pending !== "" && !isOver) controller.enqueue(encoder.encode(pending));
        pending = "";
        if ((controller.desiredSize ?? 0) <= 0) room ??= Promise.withResolvers();
      };
      const sink: TextSink = {
        get isFull() {
          return room !== undefined;
        },
        write(text) {
          if (isOver) return undefined;
          pending += text;
          if (pending.length > FULL_LENGTH) flush();
          else flushing ??= setTimeout(flush, 0);
          return room?.promise;
        },
        end() {
          if (isOver) return;
          flush();
          isOver = true;
          controller.close();
        },
      };
      void send(sink);
    },
    pull() {
      room?.resolve();
      room = undefined;
    },
    cancel() {
      isOver = true;
      clearTimeout(flushing);
      room?.resolve();
      cancel();
    },
  });
}
