import fc from "fast-check";
import { expect, it } from "vitest";
import type { ModelConfig } from "./config.ts";
import { evenPlan, holdersOf, planByLoad, planFault } from "./shard-plan.ts";

const config = (experts: number): ModelConfig => ({ experts, layers: 3, denseLayers: 1 }) as ModelConfig;

const cases = fc
  .record({ ranks: fc.integer({ min: 2, max: 4 }), experts: fc.integer({ min: 4, max: 16 }), replicas: fc.nat(4) })
  .chain((sizes) => {
    const layer = fc.array(fc.nat(100), { minLength: sizes.experts, maxLength: sizes.experts });
    return fc.record({
      ...Object.fromEntries(Object.entries(sizes).map(([k, v]) => [k, fc.constant(v)])),
      loads: fc.tuple(layer, layer),
    }) as fc.Arbitrary<typeof sizes & { loads: [number[], number[]] }>;
  });

it("a plan by load holds every expert, the most chosen ones twice, and as many on every rank", () => {
  fc.assert(
    fc.property(cases, ({ ranks, experts, replicas, loads }) => {
      const plan = planByLoad(config(experts), loads, ranks, replicas);
      expect(planFault(plan, config(experts), ranks)).toBeUndefined();
      for (const [i, layer] of plan.entries()) {
        const sizes = layer.map((held) => held.length);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(Math.ceil((experts + replicas) / ranks));
        const holders = holdersOf(layer, experts);
        const twice = holders.flatMap((on, expert) => (on.length === 2 ? [loads[i]![expert]!] : []));
        const once = holders.flatMap((on, expert) => (on.length === 1 ? [loads[i]![expert]!] : []));
        expect(twice).toHaveLength(replicas);
        expect(Math.min(...twice, Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(Math.max(...once, 0));
      }
    }),
  );
});

it("load that is all on a few experts is spread where an even plan leaves it on one rank", () => {
  const loads = [90, 80, 70, 60, 1, 1, 1, 1];
  const most = (plan: ReturnType<typeof evenPlan>) =>
    Math.max(...plan[0]!.map((held) => held.reduce((sum, expert) => sum + loads[expert]!, 0)));
  expect(most(evenPlan(config(8), 2))).toBe(300);
  expect(most(planByLoad(config(8), [loads, loads], 2, 0))).toBe(152);
});

it.each([
  [[[[0, 1]], [[0, 1]]], "layer 0: plans 1 ranks, not 2"],
  [[[[0], [1]]], "plans 1 layers of experts, the model has 2"],
  [
    [
      [[0], [2]],
      [[0], [1]],
    ],
    "layer 0: names an expert that does not exist",
  ],
  [
    [
      [[0], [0]],
      [[0], [1]],
    ],
    "layer 0: no rank holds expert 1",
  ],
])("the plan %j is at fault: %s", (plan, fault) => {
  expect(planFault(plan, config(2), 2)).toBe(fault);
});

it("loads of another model are refused with both sizes", () => {
  expect(() => planByLoad(config(8), [[1, 2]], 2, 0)).toThrow(
    "expert loads of 1 layers with 2 experts; the model has 2 layers with 8",
  );
});
