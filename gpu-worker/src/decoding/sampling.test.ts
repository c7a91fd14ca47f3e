import { expect, it } from "vitest";
import { type DrawPlace, uniform } from "./sampling.ts";

const place: DrawPlace = { seed: 42n, choice: 0, block: 3, step: 1, cell: 9 };

it("is the same for the same place, on every machine", () => {
  expect(uniform(place)).toBe(uniform({ ...place }));
  expect(uniform({ seed: 0n, choice: 0, block: 0, step: 0, cell: 0 })).toBe(0.4714103937149048);
});

it("differs with every part of the place", () => {
  const others = [{ seed: 43n }, { choice: 1 }, { block: 4 }, { step: 2 }, { cell: 10 }, { block: 1, step: 3 }];
  expect(new Set([{}, ...others].map((change) => uniform({ ...place, ...change }))).size).toBe(7);
});

it("is spread evenly over [0, 1)", () => {
  const buckets = new Array<number>(10).fill(0);
  for (let seed = 0n; seed < 100n; seed++) {
    for (let cell = 0; cell < 100; cell++) {
      const bucket = Math.floor(uniform({ ...place, seed, cell }) * 10);
      buckets[bucket] = (buckets[bucket] as number) + 1;
    }
  }
  // 10000 draws: five standard deviations are 150.
  for (const count of buckets) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
