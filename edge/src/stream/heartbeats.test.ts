import { expect, it } from "vitest";
import type { Clock } from "../ports.ts";
import { createHeartbeats } from "./heartbeats.ts";

/** A clock whose next sleep ends when the test says so. */
function manualClock(): Clock & { tick(): Promise<void> } {
  let wake: (() => void) | undefined;
  return {
    now: () => 0,
    monotonic: () => 0,
    sleep: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
    async tick() {
      const ring = wake;
      wake = undefined;
      ring?.();
      await new Promise(setImmediate);
    },
  };
}

async function ticks(clock: { tick(): Promise<void> }, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await clock.tick();
}

it("a stream that is idle for the interval gets a heartbeat, again and again", async () => {
  const clock = manualClock();
  let beats = 0;
  using _watched = createHeartbeats(clock, 800).watch(() => beats++);
  await ticks(clock, 8);
  expect(beats).toBe(0);
  await ticks(clock, 1);
  expect(beats).toBe(1);
  await ticks(clock, 9);
  expect(beats).toBe(2);
});

it("a stream that is written to gets none", async () => {
  const clock = manualClock();
  let beats = 0;
  using watched = createHeartbeats(clock, 800).watch(() => beats++);
  for (let i = 0; i < 5; i++) {
    await ticks(clock, 6);
    watched.touch();
  }
  expect(beats).toBe(0);
});

it("one timer runs, and only while there are streams", () => {
  const clock = manualClock();
  const sleeps: AbortSignal[] = [];
  const counted: Clock = {
    ...clock,
    sleep(ms, signal) {
      expect(ms).toBe(100);
      sleeps.push(signal);
      return clock.sleep(ms, signal);
    },
  };
  const heartbeats = createHeartbeats(counted, 800);
  const one = heartbeats.watch(() => {});
  const other = heartbeats.watch(() => {});
  one[Symbol.dispose]();
  expect(sleeps.map(({ aborted }) => aborted)).toEqual([false]);
  other[Symbol.dispose]();
  expect(sleeps.map(({ aborted }) => aborted)).toEqual([true]);
  using _last = heartbeats.watch(() => {});
  expect(sleeps.map(({ aborted }) => aborted)).toEqual([true, false]);
});
