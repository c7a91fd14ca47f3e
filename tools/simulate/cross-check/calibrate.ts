/** Fits the model of a replica to a real fleet: the time of its messages and of its forwards. */

import { quantile } from "../outcome.ts";
import type { FleetModel } from "../simulated-fleet.ts";
import { type Answer, ask } from "./replay.ts";

const BLOCKS = [4, 8, 12, 16];
const ROUNDS = 3;

/** Sends single requests, and then as many at once as the replicas have slots. */
export async function calibrate(url: string, model: FleetModel, replicas: number): Promise<FleetModel> {
  const single: Answer[] = [];
  const full: Answer[] = [];
  const answer = (blocks: number) => ask(url, { blocks, priority: "default" });
  for (const blocks of Array(ROUNDS).fill(BLOCKS).flat()) single.push(await answer(blocks));
  for (const blocks of BLOCKS) {
    const asked = Array.from({ length: replicas * model.capacity }, () => answer(blocks));
    full.push(...(await Promise.all(asked)));
  }
  const [alone, together] = [fit(single), fit(full)];
  const { capacity, forwardsPerBlock } = model;
  const sequenceMs = (together.slope - alone.slope) / (capacity - 1) / forwardsPerBlock;
  const forwardMs = alone.slope / forwardsPerBlock - sequenceMs;
  const waits = single.map(({ waitMs }) => waitMs!).toSorted((a, b) => a - b);
  // Which of the messages takes how long cannot be seen from outside.
  const messages = { publishMs: 0, pullMs: 0, claimMs: quantile(waits, 0.5), finishMs: Math.max(0, alone.intercept) };
  return { ...model, ...messages, forwardMs, sequenceMs };
}

/** The line through blocks and times, by least squares. */
function fit(answers: readonly Answer[]): { slope: number; intercept: number } {
  const mean = (of: (answer: Answer) => number) => answers.reduce((sum, one) => sum + of(one), 0) / answers.length;
  const [blocks, serviceMs] = [mean((one) => one.blocks), mean((one) => one.serviceMs)];
  const covariance = mean((one) => (one.blocks - blocks) * (one.serviceMs - serviceMs));
  const slope = covariance / mean((one) => (one.blocks - blocks) ** 2);
  return { slope, intercept: serviceMs - slope * blocks };
}
