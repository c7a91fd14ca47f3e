/** The replica and the autoscaler of the reported tables. The replica's times are an example, not a measurement. */
import { DEFAULT_QUEUE_LIMIT } from "@palimpsest/fleet";
import { SYNC_MS } from "./horizontal-autoscaler.ts";
import type { FleetModel, Scaling } from "./simulated-fleet.ts";

/** Blocks of an answer. */
export const MEAN_BLOCKS = 48;

export const MODEL: FleetModel = {
  capacity: 8,
  forwardMs: 30,
  sequenceMs: 3,
  forwardsPerBlock: 8,
  prefillForwards: 2,
  publishMs: 3,
  pullMs: 1,
  claimMs: 10,
  finishMs: 10,
  startMs: [30_000, 60_000],
  queueLimit: DEFAULT_QUEUE_LIMIT,
  waitLimitMs: 60_000,
  drainLimitMs: 20_000,
};

/** As in the chart. */
export const SCALING: Omit<Scaling, "maxReplicas"> = {
  targetShare: 0.8,
  activationThreshold: 0,
  minReplicas: 0,
  cooldownMs: 300_000,
  scaleDownWindowMs: 600_000,
  pollMs: 5_000,
  syncMs: SYNC_MS,
};
