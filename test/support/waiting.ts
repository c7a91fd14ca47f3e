/** Bounded waits. A condition that stays false fails with its own text, not with the timeout of the test. */
import { setImmediate, setTimeout } from "node:timers/promises";

/** A signal for calls that the test does not cancel. */
export const forever = new AbortController().signal;

/** Options of `vi.waitFor` for waits across processes. */
export const patiently = { timeout: 30_000, interval: 20 };

/** Shorter than the timeout of a unit test, so that the message arrives. */
const TIMEOUT_MS = 8_000;

/**
 * Waits until the condition is true. A synchronous condition is evaluated in every turn of the event loop, so that no
 * short state is missed; an asynchronous one, every 10 ms.
 */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = TIMEOUT_MS): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const result = holds();
    if (await result) return;
    if (performance.now() > endMs) throw new Error(`not true after ${timeoutMs} ms: ${holds}`);
    await (typeof result === "boolean" ? setImmediate() : setTimeout(10));
  }
}
