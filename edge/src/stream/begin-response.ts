/** Waits for a response's first event, so that an early failure still becomes an HTTP status. */
import type { EditEvent } from "@palimpsest/proto";
import { EdgeError, errorOf } from "../errors.ts";

/**
 * The same events, once the first one has arrived.
 * @throws EdgeError when the response fails before its first event
 */
export async function beginResponse(source: AsyncIterable<EditEvent>): Promise<AsyncIterable<EditEvent>> {
  const events = source[Symbol.asyncIterator]();
  const first = await events.next();
  if (first.done) throw new EdgeError("internal", "The worker ended the response before its first event.");
  if (first.value.type === "error") {
    await events.return?.();
    throw errorOf(first.value);
  }
  return withFirst(first.value, events);
}

async function* withFirst(first: EditEvent, rest: AsyncIterator<EditEvent>): AsyncGenerator<EditEvent, void> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
