import { expect, it } from "vitest";
import { every, timer } from "./clock.ts";
import type { Clock } from "./ports.ts";

/** A clock whose sleeps end in `advance`. */
function manualClock() {
  const sleeps = new Set<{ atMs: number; wake: () => void }>();
  let now = 0;
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((wake, reject) => {
        const sleep = { atMs: now + ms, wake };
        sleeps.add(sleep);
        signal.addEventListener("abort", () => {
          sleeps.delete(sleep);
          reject(signal.reason);
        });
      }),
  };
  const advance = async (ms: number) => {
    now += ms;
    for (const sleep of sleeps) {
      if (sleep.atMs > now) continue;
      sleeps.delete(sleep);
      sleep.wake();
    }
    await new Promise(setImmediate);
  };
  return { clock, advance, sleeps };
}

it("a timer rings once, and never after it is disposed", async () => {
  const { clock, advance, sleeps } = manualClock();
  const rung: string[] = [];
  timer(clock, 10, () => rung.push("kept"));
  timer(clock, 10, () => rung.push("disposed"))[Symbol.dispose]();
  for (let i = 0; i < 3; i++) await advance(10);
  expect(rung).toEqual(["kept"]);
  expect(sleeps.size).toBe(0);
});

it("every acts at each interval until it is disposed", async () => {
  const { clock, advance, sleeps } = manualClock();
  let count = 0;
  const acting = every(clock, 10, () => count++);
  for (let i = 0; i < 3; i++) await advance(10);
  expect(count).toBe(3);
  acting[Symbol.dispose]();
  await advance(10);
  expect(count).toBe(3);
  expect(sleeps.size).toBe(0);
});
