/** What the edge takes of a request's body: its limit, and the rest that no route has read when the answer is known. */
import type { MiddlewareHandler } from "hono";
import { EdgeError } from "./errors.ts";
import type { Clock } from "./ports.ts";

/** A client that sends more, or more slowly, is cut off. */
const MAX_DISCARDED_BYTES = 64 * 2 ** 20;
const DISCARD_LIMIT_MS = 2_000;

/** Rejects a body that is larger than the limit, or encoded. */
export function limitBody(maxBytes: number): MiddlewareHandler {
  return async (c, next) => {
    const encoding = c.req.header("content-encoding") ?? "identity";
    if (encoding.toLowerCase() !== "identity") throw encoded(encoding);
    const length = c.req.header("transfer-encoding") === undefined ? c.req.header("content-length") : undefined;
    if (Number(length) > maxBytes) throw tooLarge(maxBytes);
    if (length !== undefined || !c.req.raw.body) return next();
    const read = await readUpTo(c.req.raw.body, maxBytes);
    if (read === undefined) throw tooLarge(maxBytes);
    c.req.raw = new Request(c.req.raw, { body: read });
    return next();
  };
}

/**
 * Reads the rest of a body that was rejected unread: clients send all of it before they read the answer, and would find the
 * connection broken. If the rest is too long, the connection is closed, and the answer says so.
 */
export function discardUnread(clock: Clock): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.res.status < 400 || !hasBody(c.req.raw.headers)) return;
    const isOver = c.req.raw.bodyUsed || (await discard(c.req.raw.body, clock));
    if (!isOver || c.res.status === 413) c.res.headers.set("connection", "close");
  };
}

/** @returns undefined if there is more; the rest is discarded */
async function readUpTo(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_DISCARDED_BYTES) break;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size <= maxBytes ? joined(chunks, size) : undefined;
}

/** @returns false if it takes too long, or is too much */
async function discard(body: ReadableStream<Uint8Array> | null, clock: Clock): Promise<boolean> {
  if (!body || body.locked) return body === null;
  const limit = new AbortController();
  const late = clock.sleep(DISCARD_LIMIT_MS, limit.signal).then(() => false);
  const reader = body.getReader();
  const read = async () => {
    for (let size = 0; size <= MAX_DISCARDED_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return true;
      size += value.length;
    }
    return false;
  };
  try {
    return await Promise.race([read(), late]);
  } catch {
    return false;
  } finally {
    limit.abort();
    late.catch(() => {});
  }
}

function hasBody(headers: Headers): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length")) > 0;
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function tooLarge(maxBytes: number): EdgeError {
  return new EdgeError("payload_too_large", `The body is larger than ${maxBytes} bytes; send a shorter prompt.`);
}

function encoded(encoding: string): EdgeError {
  const message = `The body has the Content-Encoding ${JSON.stringify(encoding.slice(0, 64))}; send it without an encoding.`;
  return new EdgeError("unsupported_content_encoding", message);
}
