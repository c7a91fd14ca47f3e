/** The examples are those of "Horizontal Pod Autoscaling" in the documentation of Kubernetes. */
import { describe, expect, it } from "vitest";
import { DEFAULT_RULES, HorizontalAutoscaler, type HorizontalSettings, SYNC_MS } from "./horizontal-autoscaler.ts";

const settings = { target: 100, minReplicas: 1, maxReplicas: 1_000, ...DEFAULT_RULES };
const unlimited = {
  stabilizationWindowMs: 0,
  policies: [{ type: "Percent", value: 1_000, periodMs: 15_000 }],
} as const;

/** Replicas after each sync, one every `everyMs`. */
function syncs(
  given: Partial<HorizontalSettings>,
  from: number,
  values: readonly number[],
  everyMs = SYNC_MS,
): number[] {
  const hpa = new HorizontalAutoscaler({ ...settings, ...given });
  let replicas = from;
  return values.map((value, i) => {
    replicas = hpa.sync(value, replicas, i * everyMs);
    return replicas;
  });
}

describe("a HorizontalPodAutoscaler", () => {
  it("doubles the replicas for twice the target, and halves them for half of it", () => {
    expect(syncs({ scaleUp: unlimited }, 5, [5 * 200])).toEqual([10]);
    expect(syncs({ scaleDown: unlimited }, 10, [10 * 50])).toEqual([5]);
  });

  it("leaves a ratio within 0.1 of 1 alone", () => {
    expect(syncs({ scaleDown: unlimited }, 10, [1_099, 901, 1_101])).toEqual([10, 10, 12]);
  });

  it("adds 4 replicas or 100% in 15 s by default, whichever is more", () => {
    expect(syncs({}, 1, Array(5).fill(100_000))).toEqual([5, 10, 20, 40, 80]);
  });

  it("removes all that it may at once after 300 s by default", () => {
    expect(syncs({}, 80, [8_000, ...Array(19).fill(1_000)])).toEqual(Array(20).fill(80));
    expect(syncs({}, 80, [8_000, ...Array(20).fill(1_000)]).at(-1)).toBe(10);
  });

  it("removes 10% or 4 replicas a minute with these policies: 8 of 80, 8 of 72, and 4 at a time below 40", () => {
    const policies = [
      { type: "Pods", value: 4, periodMs: 60_000 },
      { type: "Percent", value: 10, periodMs: 60_000 },
    ] as const;
    const steps = syncs({ scaleDown: { stabilizationWindowMs: 0, policies } }, 80, Array(15).fill(1_000), 60_000);
    expect(steps.slice(0, 3)).toEqual([72, 64, 57]);
    const below = steps.filter((replicas) => replicas < 40);
    expect(below.map((replicas, i) => (below[i - 1] ?? replicas + 4) - replicas).slice(0, 5)).toEqual(Array(5).fill(4));
  });

  it("counts what it removed within a policy's period", () => {
    const policies = [{ type: "Pods", value: 4, periodMs: 60_000 }] as const;
    expect(syncs({ scaleDown: { stabilizationWindowMs: 0, policies } }, 80, Array(6).fill(1_000))).toEqual([
      76, 76, 76, 76, 72, 72,
    ]);
  });

  it("waits for the lowest recommendation of a window upwards", () => {
    const scaleUp = { ...unlimited, stabilizationWindowMs: 30_000 };
    expect(syncs({ scaleUp }, 2, [200, 600, 600, 200, 600])).toEqual([2, 2, 6, 6, 6]);
  });

  it("stays between its limits", () => {
    expect(syncs({ maxReplicas: 3 }, 1, [5_000])).toEqual([3]);
    expect(syncs({ minReplicas: 2, scaleDown: unlimited }, 3, [0])).toEqual([2]);
  });
});
