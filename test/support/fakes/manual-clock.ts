/** A clock for tests that advances only when a test advances it. */
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../../gpu-worker/src/clock.ts";

export class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ at: number; ring: () => void }>();

  now(): number {
    return this.#now;
  }

  /** Real time, since tests compare it with deadlines set by another program. */
  date(): number {
    return Date.now();
  }

  timer(ms: number, ring: () => void): Disposable {
    const timer = { at: this.#now + ms, ring };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.timer(ms, resolve));
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now) continue;
      this.#timers.delete(timer);
      timer.ring();
    }
  }

  /** Advances in small steps until the promise settles. */
  async runUntil(promise: Promise<unknown>): Promise<void> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    promise.then(settle, settle);
    while (!settled) {
      this.advance(5);
      await setImmediate();
    }
    await promise;
  }
}
