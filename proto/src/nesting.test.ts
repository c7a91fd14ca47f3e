import fc from "fast-check";
import { expect, it } from "vitest";
import { isNestedDeeper } from "./nesting.ts";

const depthOf = (value: unknown): number =>
  typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

it("is what a recursive count says", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(8), (value, levels) => {
      expect(isNestedDeeper(value, levels)).toBe(depthOf(value) > levels);
    }),
  );
});

it("is known of any depth", () => {
  const nested = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
  expect([99_999, 100_000].map((levels) => isNestedDeeper(nested, levels))).toEqual([true, false]);
});
