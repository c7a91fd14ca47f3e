import { describe, expect, it } from "vitest";
import { bootstrapMean, passAtK, wilson } from "./statistics.ts";

describe("wilson", () => {
  it("matches the published interval of 81 of 263", () => {
    // Newcombe (1998), table I, method 3.
    const { value, low, high } = wilson(81, 263);
    expect(value).toBeCloseTo(0.308, 4);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  it("stays within 0 and 1 at the ends", () => {
    expect(wilson(0, 20)).toMatchObject({ value: 0, low: 0 });
    expect(wilson(0, 20).high).toBeCloseTo(0.1611, 4);
    expect(wilson(20, 20)).toMatchObject({ value: 1, high: 1 });
  });
});

describe("passAtK", () => {
  it("equals the share of k-subsets with a pass, counted explicitly", () => {
    for (const [count, hits] of [
      [5, 0],
      [5, 2],
      [6, 6],
      [7, 1],
    ] as const) {
      for (let k = 1; k <= count; k++) {
        const subsets = Array.from({ length: 2 ** count }, (_, bits) => bits).filter((bits) => ones(bits) === k);
        const passing = subsets.filter((bits) => ones(bits & (2 ** hits - 1)) > 0);
        expect(passAtK(count, hits, k)).toBeCloseTo(passing.length / subsets.length, 12);
      }
    }
  });
});

describe("bootstrapMean", () => {
  it("approximates the normal interval for many values, and is deterministic", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const { value, low, high } = bootstrapMean(values);
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
    expect(value).toBe(0.25);
    expect(Math.abs(low - (0.25 - half))).toBeLessThan(0.01);
    expect(Math.abs(high - (0.25 + half))).toBeLessThan(0.01);
    expect(bootstrapMean(values)).toEqual({ value, low, high });
  });

  it("has no width if all values are equal", () => {
    expect(bootstrapMean([1, 1, 1])).toEqual({ value: 1, low: 1, high: 1 });
  });
});

function ones(bits: number): number {
  return bits.toString(2).replaceAll("0", "").length;
}
