import { describe, expect, it } from "vitest";
import { MODEL, SCALING } from "./defaults.ts";
import { runExperiment } from "./experiment.ts";
import { quantile } from "./outcome.ts";
import { experimentTable } from "./report.ts";
import { simulate } from "./simulated-fleet.ts";
import { HOT_TENANT, REPORTED, type TracedRequest } from "./trace.ts";

const named = (name: string) => REPORTED.find((shape) => shape.name === name)!;
const options = { model: MODEL, scaling: SCALING, maxReplicas: 2, meanBlocks: 48, seed: 1 };
const request = { tenant: "t", priority: "default", blocks: 10 } as const;
/** `count` requests, one every `everyMs`. */
const requests = (count: number, everyMs: number): TracedRequest[] =>
  Array.from({ length: count }, (_, i) => ({ ...request, atMs: i * everyMs }));
/** A fleet without an autoscaler. */
const fixed = (given: Partial<typeof MODEL> = {}) => ({
  ...{ model: { ...MODEL, ...given }, replicas: 2, lengthMs: 600_000, seed: 1 },
});

describe("a simulated fleet", () => {
  it("gives the same table for the same seed, and another for another", () => {
    const shape = { ...named("burst"), lengthMs: 600_000 };
    const table = (seed: number) => experimentTable([runExperiment(shape, { ...options, seed })]);
    expect(table(1)).toBe(table(1));
    expect(table(2)).not.toBe(table(1));
  });

  it("starts a request that finds a free slot after the messages that this takes", () => {
    const { waits } = simulate(requests(10, 1_000), fixed());
    // The worker asks which queues are in use, and pulls from the only one.
    const leastMs = MODEL.publishMs + 2 * MODEL.pullMs + MODEL.claimMs;
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(leastMs);
      // It looks a little later if it runs others.
      expect(wait).toBeLessThan(leastMs + 25);
    }
  });

  it("makes requests wait for slots, and serves all", () => {
    const { waits, waiting } = simulate(requests(40, 0), fixed());
    expect([waits.length, waiting]).toEqual([40, 0]);
    // 16 slots: the third round waits for two responses.
    const responseMs = (2 + 10 * 8) * (30 + 8 * 3);
    expect(quantile(waits, 0.3)).toBeLessThan(200);
    expect(quantile(waits, 0.99)).toBeGreaterThan(2 * responseMs);
    expect(quantile(waits, 0.99)).toBeLessThan(2 * responseMs + 1_000);
  });

  it("rejects what a class cannot hold, and rejected clients come back when they were told", () => {
    const { waits, rejected, failed } = simulate(requests(40, 0), fixed({ queueLimit: 30 }));
    expect(rejected).toBeGreaterThanOrEqual(10);
    expect(waits.length + failed).toBe(40);
  });

  it("serves a tenant with few requests before one with many", () => {
    const hot = requests(200, 0).map((one) => ({ ...one, tenant: HOT_TENANT }));
    const few = requests(8, 500).map((one) => ({ ...one, atMs: one.atMs + 1_000 }));
    const { waits, hotWaits } = simulate(
      [...hot, ...few].toSorted((a, b) => a.atMs - b.atMs),
      fixed(),
    );
    expect([waits.length, hotWaits.length]).toEqual([8, 200]);
    expect(quantile(waits, 1)).toBeLessThan(quantile(hotWaits, 0.25));
  });

  it("loses no request with a zone, and waits for the redelivery", () => {
    const lost = simulate(requests(16, 0), { ...fixed(), replicas: 3, zoneLostMs: 2_000 });
    expect([lost.waits.length, lost.waiting]).toEqual([16, 0]);
  });

  it("scales to zero after the cooldown, and from zero for the first request", () => {
    const { outcome } = runExperiment(named("from zero"), options);
    const serving = (minute: number) => outcome.observations.find(({ atMs }) => atMs >= minute * 60_000)!.serving;
    expect([serving(4), serving(8) > 0, serving(29)]).toEqual([0, true, 0]);
    expect(quantile(outcome.waits, 0)).toBeGreaterThan(0);
  });

  it("pays no less than the cheapest schedule on a steady trace, on which little waits", () => {
    const { outcome, cheapestMs } = runExperiment(named("steady"), {
      ...options,
      maxReplicas: 4,
      scaling: { ...SCALING, targetShare: 0.7 },
    });
    expect(outcome.replicaMs).toBeGreaterThan(cheapestMs);
    expect(quantile(outcome.waits, 0.5)).toBeLessThan(200);
  });
});
