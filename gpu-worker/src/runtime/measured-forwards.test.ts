import { expect, it } from "vitest";
import { MeasuredForwards } from "./measured-forwards.ts";

function forwards(floorMs: number) {
  let nowMs = 0;
  const times = new MeasuredForwards(floorMs, () => nowMs);
  const run = (ms: number) =>
    times.measure(async () => {
      nowMs += ms;
    });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { times, run, pass };
}

it("the limit is five times the slowest recent forward, and never below the floor; one that hung does not count", async () => {
  const { times, run } = forwards(1_000);
  expect(times.limitMs).toBe(1_000);
  await run(10);
  expect(times.limitMs).toBe(1_000);
  await run(300);
  expect(times.limitMs).toBe(1_500);
  await run(1_600);
  expect(times.limitMs).toBe(1_500);
  for (let i = 0; i < 256; i++) await run(20);
  expect(times.limitMs).toBe(1_000);
});

it("a running forward has a time, a failed one is no measurement", async () => {
  const { times, pass } = forwards(1_000);
  const failing = Promise.withResolvers<void>();
  const failed = times.measure(() => failing.promise);
  pass(700);
  expect(times.runningMs).toBe(700);
  failing.reject(new Error("failed"));
  await expect(failed).rejects.toThrow("failed");
  expect([times.runningMs, times.limitMs]).toEqual([0, 1_000]);
});
