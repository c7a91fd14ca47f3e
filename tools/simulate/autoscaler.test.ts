import { expect, it } from "vitest";
import { Autoscaler } from "./autoscaler.ts";

const settings = {
  ...{ threshold: 4, activationThreshold: 0, minReplicas: 0, maxReplicas: 3 },
  ...{ cooldownMs: 60_000, scaleDownWindowMs: 30_000, syncMs: 5_000 },
};

/** Polls every 5 s, and gives the replicas after each poll. */
function polls(autoscaler: Autoscaler, values: readonly (number | undefined)[], fromMs: number): number[] {
  return values.map((value, i) => autoscaler.poll(value, fromMs + 5_000 * (i + 1)));
}

it("starts one replica for the first demand, and those that it needs at the next poll", () => {
  expect(polls(new Autoscaler(settings, 0, 0), [0, 0, 9, 9, 40], 0)).toEqual([0, 0, 1, 3, 3]);
});

it("comes down after a burst: to one replica when the window has passed, to none when it has cooled down", () => {
  const autoscaler = new Autoscaler(settings, 3, 0);
  expect(polls(autoscaler, [12, ...Array(5).fill(0)], 0)).toEqual(Array(6).fill(3));
  expect(polls(autoscaler, Array(6).fill(0), 30_000)).toEqual(Array(6).fill(1));
  expect(polls(autoscaler, [0, 0, 1], 60_000)).toEqual([0, 0, 1]);
});

it("removes nothing while the demand cannot be read", () => {
  const autoscaler = new Autoscaler(settings, 2, 0);
  expect(polls(autoscaler, Array(20).fill(undefined), 0)).toEqual(Array(20).fill(2));
});

it("leaves a small difference alone", () => {
  expect(polls(new Autoscaler({ ...settings, threshold: 10 }, 2, 0), [21, 23], 0)).toEqual([2, 3]);
});

it("syncs the HPA at its own interval: KEDA's polls between decide about none or one alone", () => {
  expect(polls(new Autoscaler({ ...settings, syncMs: 15_000 }, 0, 0), [9, 9, 40, 40, 40], 0)).toEqual([1, 3, 3, 3, 3]);
  const autoscaler = new Autoscaler({ ...settings, maxReplicas: 9, syncMs: 15_000 }, 0, 0);
  expect(polls(autoscaler, [4, 4, 40, 40, 40], 0)).toEqual([1, 1, 1, 1, 5]);
});

it("scales to none while the HPA would keep four: KEDA's example of 40 messages, a threshold of 10, an activation of 50", () => {
  const example = { ...settings, threshold: 10, activationThreshold: 50, maxReplicas: 9 };
  expect(polls(new Autoscaler(example, 0, 0), Array(3).fill(40), 0)).toEqual([0, 0, 0]);
  const running = new Autoscaler(example, 4, 0);
  expect(polls(running, Array(12).fill(40), 0)).toEqual([...Array(11).fill(4), 0]);
});
