import { expect, it } from "vitest";
import { chooseExperts } from "./split-body.ts";

it("rows have the experts that weigh something, and no more than they may choose", () => {
  const all = Float32Array.of(0, 0.5, 0, 0.25, /* three of equal scores */ 1, 1, 0, 1, /* none */ 0, 0, 0, 0);
  const { experts, weights } = chooseExperts(all, 4, 2);
  expect([...experts]).toEqual([1n, 3n, 0n, 1n, 0n, 0n]);
  expect([...weights]).toEqual([0.5, 0.25, 1, 1, 0, 0]);
});
