/**
 * `npm run simulate -- cross-check`: two traces on a small fleet of real programs and in the simulator, whose model was calibrated
 * with other requests.
 */
import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { MODEL, SCALING } from "../defaults.ts";
import { forwardsOf, forwardTimeMs } from "../engine-model.ts";
import { quantile } from "../outcome.ts";
import { table } from "../report.ts";
import { type FleetModel, type Scaling, simulate } from "../simulated-fleet.ts";
import { requestsOf, type TracedRequest, type TraceShape } from "../trace.ts";
import { autoscale } from "./autoscale.ts";
import { calibrate } from "./calibrate.ts";
import { PACED_MODEL } from "./paced-engine.ts";
import { openRealFleet, type RealFleet } from "./real-fleet.ts";
import { replay } from "./replay.ts";

const REPLICAS = 3;
const MEAN_BLOCKS = 10;
/** Longer forwards than a GPU's, so that the programs need little of the processor. */
const PACED: FleetModel = {
  ...MODEL,
  ...{ capacity: 4, forwardMs: 60, sequenceMs: 10, forwardsPerBlock: 2, prefillForwards: 0 },
  ...{ queueLimit: 40, waitLimitMs: 120_000, startMs: [6_000, 6_000] },
};
/** Faster than a cluster's, so that a short trace sees all of it. */
const FAST: Scaling = {
  ...SCALING,
  ...{ pollMs: 1_000, syncMs: 3_000, cooldownMs: 15_000, scaleDownWindowMs: 10_000, maxReplicas: REPLICAS },
};
const TRACES: readonly (TraceShape & { readonly scales: boolean })[] = [
  { name: "overload", lengthMs: 90_000, share: (atMs) => (atMs > 20_000 && atMs < 50_000 ? 1.9 : 0.7), scales: false },
  { name: "from zero, scaled", lengthMs: 90_000, share: (atMs) => (atMs < 50_000 ? 0.75 : 0.25), scales: true },
];

interface Measured {
  readonly waits: ArrayLike<number>;
  readonly rejected: number;
  readonly failed: number;
}

export async function crossCheck(seed: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const say = (text: string) => console.error(`${(performance.now() / 1_000).toFixed(0)} s: ${text}`);
  await using fleet = await openRealFleet(PACED, REPLICAS);
  say("the fleet serves; calibrating");
  const model = await calibrate(fleet.url, PACED, REPLICAS);
  const { forwardMs, sequenceMs, claimMs, finishMs } = model;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  console.log(
    `calibrated: a forward of n sequences takes ${ms(forwardMs)} + n * ${ms(sequenceMs)} (set: 60 + n * 10),`,
  );
  console.log(`a request without a queue waits ${ms(claimMs)}, and holds its slot ${ms(finishMs)} longer\n`);
  const rows: string[][] = [];
  for (const trace of TRACES) {
    const traced = requestsOf(trace, { seed, perSecond: slotsPerSecond(), meanBlocks: MEAN_BLOCKS });
    // Without API keys, the edge cannot tell tenants apart.
    const requests = Array.from(traced, (request) => ({ ...request, tenant: "" }));
    say(`${trace.name}: ${requests.length} requests`);
    const real = await run(fleet, requests, trace.scales);
    const replicas = trace.scales ? 0 : REPLICAS;
    const scaling = trace.scales && { scaling: FAST };
    const lengthMs = trace.lengthMs * 3;
    const simulated = simulate(requests, { model, ...scaling, replicas, lengthMs, seed });
    rows.push(...compare(trace.name, requests.length, real, simulated));
  }
  const [load] = loadavg();
  console.log(`${cpus().length} x ${cpus()[0]?.model}, load ${load?.toFixed(1)}; seed ${seed}\n`);
  console.log(table(["trace", "requests", "", "real", "simulated", "difference"], rows));
}

/** By the times that were set, since the trace must not depend on the calibration. */
function slotsPerSecond(): number {
  return (REPLICAS * PACED.capacity * 1_000) / (forwardsOf(PACED, MEAN_BLOCKS) * forwardTimeMs(PACED, PACED.capacity));
}

async function run(fleet: RealFleet, requests: readonly TracedRequest[], scales: boolean): Promise<Measured> {
  if (scales) while (fleet.count > 0) await fleet.stop();
  await sleep(1_000);
  using _scaler = scales
    ? autoscale({
        settings: { ...FAST, threshold: FAST.targetShare * PACED.capacity },
        ...{ pollMs: FAST.pollMs, url: fleet.url, model: PACED_MODEL },
        count: () => fleet.count,
        start: () => void fleet.start(),
        stop: () => void fleet.stop(),
      })
    : undefined;
  const answers = await replay(fleet.url, requests);
  const waits = answers.flatMap(({ waitMs }) => waitMs ?? []).toSorted((a, b) => a - b);
  const rejected = answers.reduce((sum, { rejections }) => sum + rejections, 0);
  return { waits, rejected, failed: answers.length - waits.length };
}

function compare(name: string, requests: number, real: Measured, simulated: Measured): string[][] {
  const rows: [string, number, number, string][] = [
    ...[0.5, 0.95].map((share): [string, number, number, string] => {
      const [one, other] = [real, simulated].map(({ waits }) => quantile(waits, share) / 1_000) as [number, number];
      return [`queue wait p${share * 100}`, one, other, " s"];
    }),
    ["answers 429", real.rejected, simulated.rejected, ""],
    ["gave up", real.failed, simulated.failed, ""],
  ];
  return rows.map(([what, one, other, unit], i) => [
    ...(i === 0 ? [name, String(requests)] : ["", ""]),
    ...[what, ...[one, other].map((value) => `${unit ? value.toFixed(2) : value}${unit}`)],
    one === other ? "0%" : `${(((other - one) / one) * 100).toFixed(0)}%`,
  ]);
}
