import { BUCKETS, type Priority, queueOf } from "@palimpsest/fleet";
import { CAPABILITIES, CAPABILITY_SETS } from "@palimpsest/proto";
import { describe, expect, it } from "vitest";
import { TokenCounters } from "../token-counters.ts";
import {
  type Bucket,
  classOrder,
  lookDelayMs,
  pullLimit,
  queuesInOrder,
  servedQueues,
  wakeDelayMs,
} from "./pull-order.ts";

const turns = Array.from({ length: 8 }, (_, turn) => turn);

describe("the order of a worker's pulls", () => {
  it("begins with the highest class, and in one pull of eight with each lower one", () => {
    const firsts = turns.map((turn) => classOrder(turn)[0]);
    expect(firsts.filter((first) => first === "interactive")).toHaveLength(6);
    expect(firsts.toSorted().slice(0, 2)).toEqual(["batch", "default"]);
    for (const turn of turns) expect(new Set(classOrder(turn)).size).toBe(3);
  });

  it("has the queues of every bucket whose needs the worker can meet, and the plain ones", () => {
    const named = (capabilities: readonly string[]) =>
      servedQueues({ name: "m", capabilities }).map(({ stream, consumer }) => `${stream} ${consumer}`);
    expect(named([]).toSorted()).toEqual(["queue-m batch", "queue-m default", "queue-m interactive"]);
    expect(new Set(named(CAPABILITIES)).size).toBe(3 + 3 * CAPABILITY_SETS.length * BUCKETS);
    expect(named(CAPABILITIES)).toHaveLength(new Set(named(CAPABILITIES)).size);
  });

  it("takes the buckets of a class by what the worker has served them, and equal ones by turns", () => {
    const queue = (priority: Priority, bucket: number, needs = CAPABILITY_SETS[0]!) =>
      queueOf("m", priority, needs, bucket);
    const served = {
      interactive: new TokenCounters<Bucket>(),
      default: new TokenCounters<Bucket>(),
      batch: new TokenCounters<Bucket>(),
    };
    served.default.charge(1, 100);
    served.default.charge(2, 50);
    const waiting = [
      queue("default", 1),
      queue("default", 2),
      queue("interactive", 1),
      queue("default", 2, CAPABILITIES),
    ];
    const order = (turn: number) =>
      queuesInOrder(waiting, served, turn).map(({ priority, bucket }) => `${priority} ${bucket}`);
    expect(order(0)).toEqual(["interactive 1", "default 2", "default 2", "default 1"]);
    expect(order(3)[0]).toBe("default 2");
    const equal = [queue("batch", 3), queue("batch", 4)];
    expect([0, 1].map((turn) => queuesInOrder(equal, served, turn)[0]?.bucket)).toEqual([3, 4]);
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
