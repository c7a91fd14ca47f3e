/** Waits for a response's first event, so that an early failure still becomes an HTTP status. */
import type { EditEvent } from "@palimpsest/proto";
import { timer } from "../clock.ts";
import { EdgeError, errorOf } from "../errors.ts";
import type { Clock } from "../ports.ts";

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

export interface Beginning {
  readonly events: AsyncIterable<EditEvent>;
  /** True if the first event has not arrived in time. Reading the events may throw what `beginResponse` throws. */
  readonly isLate: boolean;
}

/**
 * Waits for the first event, but not for long: a client that waits in a queue must see the connection live.
 * @throws EdgeError when the response fails before its first event, in time
 */
export async function beginWithin(source: AsyncIterable<EditEvent>, ms: number, clock: Clock): Promise<Beginning> {
  const begun = beginResponse(source);
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  using _timer = timer(clock, ms, () => resolve(undefined));
  const events = await Promise.race([begun, late]);
  if (events) return { events, isLate: false };
  // Reported to who reads the events.
  begun.catch(() => {});
  return { events: once(begun), isLate: true };
}

async function* once(begun: Promise<AsyncIterable<EditEvent>>): AsyncGenerator<EditEvent, void> {
  yield* await begun;
}

async function* withFirst(first: EditEvent, rest: AsyncIterator<EditEvent>): AsyncGenerator<EditEvent, void> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
