import { expect, it } from "vitest";
import { cheapestSchedule } from "./cheapest-schedule.ts";
import { Random } from "./random.ts";

/** Tries every number of replicas at every step. */
function bruteForce(need: readonly number[], startSteps: number): number {
  const most = Math.max(...need);
  let costs = Array.from({ length: most + 1 }, () => 0);
  for (const now of need) {
    costs = costs.map((_, replicas) =>
      replicas < now
        ? Number.POSITIVE_INFINITY
        : Math.min(...costs.map((cost, before) => cost + startSteps * Math.max(0, replicas - before))) + replicas,
    );
  }
  return Math.min(...costs);
}

it("keeps a replica through a short gap, and stops it for a long one", () => {
  expect(cheapestSchedule([1, 0, 0, 1], 3)).toBe(4);
  expect(cheapestSchedule([1, 0, 0, 0, 0, 1], 3)).toBe(2 + 3);
  expect(cheapestSchedule([0, 0, 0, 0, 2], 3)).toBe(2 + 6);
});

it("costs as little as the best of all schedules", () => {
  const random = new Random(5);
  for (let i = 0; i < 200; i++) {
    const need = Array.from({ length: 12 }, () => Math.floor(random.next() * 4));
    const startSteps = Math.floor(random.next() * 5);
    expect(cheapestSchedule(need, startSteps)).toBe(bruteForce(need, startSteps));
  }
});
