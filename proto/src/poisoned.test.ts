import { expect, it } from "vitest";
import { countAttempt, type PastAttempt, poisoning } from "./poisoned.ts";

const crashed = { released: false };
const released = { released: true };

/** The number of the attempt after these, each of which began with so many committed blocks. */
function numberAfter(...attempts: (Pick<PastAttempt, "released"> & { at: number })[]): number {
  let before: PastAttempt | undefined;
  for (const { at, released } of attempts)
    before = { committedBlocks: at, fruitlessAttempts: countAttempt(before, at), released };
  return countAttempt(before, attempts.at(-1)?.at ?? 0);
}

it("counts attempts that began at the same block and crashed", () => {
  expect(numberAfter()).toBe(1);
  expect(numberAfter({ at: 2, ...crashed })).toBe(2);
  expect(numberAfter({ at: 2, ...crashed }, { at: 2, ...crashed })).toBe(3);
});

it("begins again after a commit", () => {
  expect(numberAfter({ at: 0, ...crashed }, { at: 1, ...crashed })).toBe(2);
});

it("begins anew after a released attempt: a worker that was alive had the request in between", () => {
  expect(numberAfter({ at: 2, ...released }, { at: 2, ...released }, { at: 2, ...released })).toBe(1);
  expect(numberAfter({ at: 2, ...crashed }, { at: 2, ...released })).toBe(1);
  expect(numberAfter({ at: 2, ...crashed }, { at: 2, ...released }, { at: 2, ...crashed })).toBe(2);
});

it("ends the third attempt that begins at a block", () => {
  expect([1, 2].map((attempt) => poisoning(attempt, 5))).toEqual([undefined, undefined]);
  expect(poisoning(3, 5)).toMatchObject({ code: "poisoned", retryable: false, message: /2 workers .* 5 committed/ });
});
