/** Chooses the chart's thresholds: the cheapest on traces that are not reported, of those with which requests wait briefly. */

import type { ExperimentOptions } from "./experiment.ts";
import { runExperiment } from "./experiment.ts";
import { table } from "./report.ts";
import { CHOSEN_ON } from "./trace.ts";

export const TARGET_SHARES = [0.6, 0.7, 0.8, 0.9, 1] as const;
export const SCALE_DOWN_SECONDS = [60, 120, 300, 600] as const;

export interface Choice {
  readonly targetShare: number;
  readonly scaleDownSeconds: number;
  /** Replica-hours to those of the cheapest schedules, over all traces. */
  readonly ratio: number;
  /** Shares of the requests that waited longer than the limit: mean over the traces, and the worst. */
  readonly late: number;
  readonly worstLate: number;
}

/** A request that waits longer is late. */
export const LATE_MS = 2_000;

/** @param scales the fleets' sizes */
export function tryThresholds(options: Omit<ExperimentOptions, "maxReplicas">, scales: readonly number[]): Choice[] {
  return TARGET_SHARES.flatMap((targetShare) =>
    SCALE_DOWN_SECONDS.map((scaleDownSeconds): Choice => {
      const scaling = { ...options.scaling, targetShare, scaleDownWindowMs: scaleDownSeconds * 1_000 };
      const experiments = scales.flatMap((maxReplicas) =>
        CHOSEN_ON.map((shape) => runExperiment(shape, { ...options, scaling, maxReplicas })),
      );
      const late = experiments.map(({ outcome }) => shareAbove(outcome.waits, LATE_MS));
      const ratios = experiments.map(({ outcome, cheapestMs }) => outcome.replicaMs / cheapestMs);
      const worstLate = Math.max(...late);
      return { targetShare, scaleDownSeconds, ratio: mean(ratios), late: mean(late), worstLate };
    }),
  );
}

/** The cheapest whose late requests are at most this share on average. */
export function choose(choices: readonly Choice[], most: number): Choice | undefined {
  return choices.filter(({ late }) => late <= most).toSorted((a, b) => a.ratio - b.ratio)[0];
}

export function choiceTable(choices: readonly Choice[]): string {
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`;
  const rows = choices.map(({ targetShare, scaleDownSeconds, ratio, late, worstLate }) => [
    ...[percent(targetShare), `${scaleDownSeconds} s`, ratio.toFixed(2), percent(late), percent(worstLate)],
  ]);
  const head = ["target", "scaleDownSeconds", "replica-hours / cheapest", "late requests", "on the worst trace"];
  return table(head, rows);
}

function shareAbove(sorted: Float64Array, limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return (sorted.length - low) / Math.max(1, sorted.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
