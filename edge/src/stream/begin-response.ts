/** Waits for a response's first event, so that an early failure still becomes an HTTP status. */
import type { EditEvent, QueuedEvent } from "@palimpsest/proto";
import { timer } from "../clock.ts";
import { EdgeError, errorOf } from "../errors.ts";
import type { Clock } from "../ports.ts";

/**
 * The same events without `queued`, once the response has begun.
 * @throws EdgeError when the response fails before its first event
 */
export async function beginResponse(source: AsyncIterable<EditEvent>): Promise<AsyncIterable<EditEvent>> {
  const events = source[Symbol.asyncIterator]();
  let next = await events.next();
  while (isQueued(next)) next = await events.next();
  return withFirst(await begun(next, events), events);
}

export interface Beginning {
  readonly events: AsyncIterable<EditEvent>;
  /** True if the response has not begun in time. Reading the events may throw what `beginResponse` throws. */
  readonly isLate: boolean;
}

/**
 * Waits for the response to begin, but not for long: a client that waits in a queue must see the connection live. The events of
 * a late response begin with its latest place in the queue.
 * @throws EdgeError when the response fails before its first event, in time
 */
export async function beginWithin(source: AsyncIterable<EditEvent>, ms: number, clock: Clock): Promise<Beginning> {
  const events = source[Symbol.asyncIterator]();
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  using _timer = timer(clock, ms, () => resolve(undefined));
  let place: QueuedEvent | undefined;
  for (;;) {
    const next = events.next();
    const result = await Promise.race([next, late]);
    if (result === undefined) {
      // Reported to who reads the events.
      next.catch(() => {});
      return { events: waiting(place, next, events), isLate: true };
    }
    if (!isQueued(result)) return { events: withFirst(await begun(result, events), events), isLate: false };
    place = result.value;
  }
}

type Next = IteratorResult<EditEvent, unknown>;

function isQueued(next: Next): next is IteratorYieldResult<QueuedEvent> {
  return !next.done && next.value.type === "queued";
}

/** The event with which a response begins. @throws EdgeError if it is none */
async function begun(first: Next, events: AsyncIterator<EditEvent>): Promise<EditEvent> {
  if (first.done) throw new EdgeError("internal", "The worker ended the response before its first event.");
  if (first.value.type !== "error") return first.value;
  await events.return?.();
  throw errorOf(first.value);
}

/** The events of a response that waits. @param asked the event that was asked for already */
async function* waiting(
  place: QueuedEvent | undefined,
  asked: Promise<Next>,
  events: AsyncIterator<EditEvent>,
): AsyncGenerator<EditEvent, void> {
  let hasBegun = false;
  try {
    if (place) yield place;
    let next = await asked;
    for (; isQueued(next); next = await events.next()) yield next.value;
    const first = await begun(next, events);
    hasBegun = true;
    yield* withFirst(first, events);
  } finally {
    if (!hasBegun) await events.return?.();
  }
}

async function* withFirst(first: EditEvent, rest: AsyncIterator<EditEvent>): AsyncGenerator<EditEvent, void> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
