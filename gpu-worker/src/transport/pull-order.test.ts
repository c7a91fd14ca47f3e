import { CAPABILITIES } from "@palimpsest/proto";
import { describe, expect, it } from "vitest";
import { classOrder, lookDelayMs, pullLimit, queuesInOrder, wakeDelayMs } from "./pull-order.ts";

const turns = Array.from({ length: 8 }, (_, turn) => turn);

describe("the order of a worker's pulls", () => {
  it("begins with the highest class, and in one pull of eight with each lower one", () => {
    const firsts = turns.map((turn) => classOrder(turn)[0]);
    expect(firsts.filter((first) => first === "interactive")).toHaveLength(6);
    expect(firsts.toSorted().slice(0, 2)).toEqual(["batch", "default"]);
    for (const turn of turns) expect(new Set(classOrder(turn)).size).toBe(3);
  });

  it("has every queue whose needs the worker can meet once, and no other", () => {
    const named = (capabilities: readonly string[]) =>
      queuesInOrder({ name: "m", capabilities }, 5).map(({ consumer }) => consumer);
    expect(named([]).toSorted()).toEqual(["batch", "default", "interactive"]);
    expect(new Set(named(CAPABILITIES)).size).toBe(9);
    expect(named(CAPABILITIES)).toHaveLength(9);
  });

  it("lets idle workers and the named one look first", () => {
    expect(lookDelayMs(0, 8)).toBe(0);
    expect(lookDelayMs(2, 8)).toBeLessThan(lookDelayMs(7, 8));
    expect(wakeDelayMs("a", "a")).toBe(0);
    expect(wakeDelayMs("", "a")).toBe(0);
    expect(wakeDelayMs("b", "a")).toBeGreaterThan(lookDelayMs(8, 8));
  });

  it("leaves requests to other workers, and takes at least one", () => {
    expect([1, 8, 9, 64].map(pullLimit)).toEqual([1, 1, 2, 8]);
  });
});
