import { describe, expect, it } from "vitest";
import { DrainRate } from "./drain-rate.ts";

describe("a drain rate", () => {
  it("sums what all replicas finished recently", () => {
    const rate = new DrainRate();
    rate.observe("gone", 0, 1, 0);
    rate.observe("gone", 100, 1, 1_000);
    for (let second = 20; second <= 40; second++) {
      rate.observe("a", second * 3, 1, second * 1_000);
      rate.observe("b", 7 + second, 1, second * 1_000);
    }
    expect(rate.perSecond(40_000)).toBeCloseTo(4);
  });

  it("does not count idle time", () => {
    const rate = new DrainRate();
    for (let ms = 0; ms < 10_000; ms += 500) rate.observe("a", 7, 0, ms);
    rate.observe("a", 7, 4, 10_000);
    rate.observe("a", 11, 4, 11_000);
    // Responses that start and end between two reports count as work too.
    rate.observe("a", 15, 0, 11_500);
    rate.observe("a", 15, 0, 12_000);
    rate.observe("a", 16, 0, 12_500);
    expect(rate.perSecond(12_500)).toBeCloseTo(9 / 2.5);
  });

  it("promises each rejected client the next free slot", () => {
    const rate = new DrainRate();
    rate.observe("a", 0, 1, 0);
    rate.observe("a", 40, 1, 10_000);
    expect([1, 2, 3].map(() => rate.retryAfterMs(10_000))).toEqual([250, 500, 750]);
    expect(rate.retryAfterMs(20_000)).toBe(250);
  });

  it("assumes a slow drain without samples, and limits the wait", () => {
    const rate = new DrainRate();
    expect(rate.retryAfterMs(0)).toBe(2_000);
    for (let i = 0; i < 100; i++) rate.retryAfterMs(0);
    expect(rate.retryAfterMs(0)).toBe(60_000);
  });
});
