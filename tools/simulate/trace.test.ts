import { expect, it } from "vitest";
import { HOT_TENANT, REPORTED, requestsOf } from "./trace.ts";

const options = { seed: 7, perSecond: 20, meanBlocks: 10 };

it("has requests in order, as many and as long as asked for", () => {
  const shape = { name: "steady", lengthMs: 600_000, share: () => 0.5 };
  const requests = [...requestsOf(shape, options)];
  expect(requests.length).toBeGreaterThan(5_600);
  expect(requests.length).toBeLessThan(6_400);
  expect(requests.toSorted((a, b) => a.atMs - b.atMs)).toEqual(requests);
  const blocks = requests.reduce((sum, one) => sum + one.blocks, 0) / requests.length;
  expect(blocks).toBeGreaterThan(9.3);
  expect(blocks).toBeLessThan(10.7);
});

it("has the hot tenant's requests only while it is hot", () => {
  const shape = REPORTED.find(({ name }) => name === "a hot tenant")!;
  const hot = [...requestsOf(shape, options)].filter(({ tenant }) => tenant === HOT_TENANT);
  expect(hot.length).toBeGreaterThan(6_000);
  expect(hot.every(({ atMs }) => atMs >= 5 * 60_000 && atMs < 12 * 60_000)).toBe(true);
});
