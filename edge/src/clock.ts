/** Time for the edge's timers, by Web APIs. */
import type { Clock } from "./ports.ts";

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", abort);
        resolve();
      }, ms);
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    }),
};

/** Resolves after `ms`. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return clock.sleep(ms, new AbortController().signal);
}

/** In place of an error with a stack, which costs more than the timer. */
const DISPOSED = "disposed";

/** Calls `ring` once after `ms`, unless it is disposed before. */
export function timer(clock: Clock, ms: number, ring: () => void): Disposable {
  const disposed = new AbortController();
  clock.sleep(ms, disposed.signal).then(ring, () => {});
  return { [Symbol.dispose]: () => disposed.abort(DISPOSED) };
}

/** Calls `act` every `ms` until it is disposed. */
export function every(clock: Clock, ms: number, act: () => void): Disposable {
  let next = timer(clock, ms, ring);
  function ring() {
    next = timer(clock, ms, ring);
    act();
  }
  return { [Symbol.dispose]: () => next[Symbol.dispose]() };
}
