import { describe, expect, test } from "vitest";
import { DrainRate } from "./drain-rate.ts";

describe("a drain rate", () => {
  test("is what all replicas have finished lately", () => {
    const rate = new DrainRate();
    rate.observe("gone", 0, 0);
    rate.observe("gone", 100, 1_000);
    for (let second = 20; second <= 40; second++) {
      rate.observe("a", second * 3, second * 1_000);
      rate.observe("b", 7 + second, second * 1_000);
    }
    expect(rate.perSecond(40_000)).toBeCloseTo(4);
  });

  test("gives each one who is refused the next place that becomes free", () => {
    const rate = new DrainRate();
    rate.observe("a", 0, 0);
    rate.observe("a", 40, 10_000);
    expect([1, 2, 3].map(() => rate.retryAfterMs(10_000))).toEqual([250, 500, 750]);
    expect(rate.retryAfterMs(20_000)).toBe(250);
  });

  test("is cautious where nothing is known, and never sends anybody away for long", () => {
    const rate = new DrainRate();
    expect(rate.retryAfterMs(0)).toBe(2_000);
    for (let i = 0; i < 100; i++) rate.retryAfterMs(0);
    expect(rate.retryAfterMs(0)).toBe(60_000);
  });
});
