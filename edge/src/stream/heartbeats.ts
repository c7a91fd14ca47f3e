/** Adds heartbeats to an idle stream, so that proxies and clients keep it open. */
import type { Clock } from "../ports.ts";

export const HEARTBEAT = Symbol("heartbeat");

/** The source's items, and a heartbeat whenever none arrived for `intervalMs`. */
export async function* withHeartbeat<T>(
  source: AsyncIterable<T>,
  intervalMs: number,
  clock: Clock,
): AsyncGenerator<T | typeof HEARTBEAT> {
  const items = source[Symbol.asyncIterator]();
  try {
    let next = items.next();
    for (;;) {
      const timer = new AbortController();
      const silence = clock.sleep(intervalMs, timer.signal).then(heartbeat, heartbeat);
      const first = await Promise.race([next, silence]).finally(() => timer.abort());
      if (first === HEARTBEAT) {
        yield HEARTBEAT;
        continue;
      }
      if (first.done) return;
      yield first.value;
      next = items.next();
    }
  } finally {
    await items.return?.();
  }
}

/** The source's items after a heartbeat, which makes a server send its headers. */
export async function* afterHeartbeat<T>(source: AsyncIterable<T>): AsyncGenerator<T | typeof HEARTBEAT> {
  yield HEARTBEAT;
  yield* source;
}

function heartbeat(): typeof HEARTBEAT {
  return HEARTBEAT;
}
