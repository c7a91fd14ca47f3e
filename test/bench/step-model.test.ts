import { describe, expect, it } from "vitest";
import { rowShare, stepTime } from "./step-model.ts";

const work = { leaderMs: 10, layerExpertsMs: 4, moeLayers: 5 };
const exchange = { rows: 32, rowBytes: 1000, rowShare: 0.5, bytesPerMs: 32_000, roundTripMs: 0.25, ownMs: 0.5 };

describe("stepTime", () => {
  it("is the sum of the work on one rank, whatever the link", () => {
    expect(stepTime(work, exchange, 1, 1.5)).toEqual({ totalMs: 30, expertsMs: 20, exchangeMs: 0 });
  });

  it("gives each rank its share, and adds a layer's exchange for each layer", () => {
    // 16 rows of 1000 bytes there and back over 32 bytes a microsecond: 1 ms; 0.75 ms more of trip and cost.
    expect(stepTime(work, exchange, 2, 1.2)).toEqual({ totalMs: 10 + 12 + 8.75, expertsMs: 12, exchangeMs: 8.75 });
  });

  it("lets all ranks share the leader's link", () => {
    expect(stepTime(work, exchange, 3, 1).exchangeMs).toBe(5 * (0.75 + 2));
  });
});

describe("rowShare", () => {
  it("counts the draws of groups that miss a rank", () => {
    // 15 of the 70 ways to draw 4 of 8 groups miss both groups of a rank.
    expect(rowShare(8, 4, 4)).toBeCloseTo(1 - 15 / 70, 12);
    // A single way misses all four groups of a half.
    expect(rowShare(8, 4, 2)).toBeCloseTo(1 - 1 / 70, 12);
  });

  it("is 1 if no draw misses", () => {
    expect(rowShare(8, 5, 2)).toBe(1);
    expect(rowShare(1, 1, 1)).toBe(1);
  });
});
