import { expect, it } from "vitest";
import { defined } from "./defined.ts";

it("properties without a value are absent, and those of zero, false and the empty string are not", () => {
  const properties = defined({ a: 0, b: undefined, c: null, d: false, e: "" });
  expect(Object.entries(properties)).toEqual([["a", 0], ["d", false], ["e", ""]]); // biome-ignore format: a table
});
