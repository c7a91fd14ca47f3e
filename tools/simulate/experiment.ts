/** Runs a trace through a simulated fleet, and compares it with the cheapest schedule. */
import { cheapestSchedule } from "./cheapest-schedule.ts";
import { forwardsOf, forwardTimeMs } from "./engine-model.ts";
import type { Outcome } from "./outcome.ts";
import { type FleetModel, type Scaling, simulate } from "./simulated-fleet.ts";
import { requestsOf, type TracedRequest, type TraceShape } from "./trace.ts";

export interface ExperimentOptions {
  readonly model: FleetModel;
  readonly scaling: Omit<Scaling, "maxReplicas">;
  readonly maxReplicas: number;
  readonly meanBlocks: number;
  readonly seed: number;
}

export interface Experiment {
  readonly shape: TraceShape;
  readonly maxReplicas: number;
  readonly outcome: Outcome;
  /** Replica-milliseconds of the cheapest schedule with which no request waits. */
  readonly cheapestMs: number;
  /** Time that the simulation took. */
  readonly tookMs: number;
}

/** Queued and running requests of a class that the fleets of an experiment hold, for each slot. */
const QUEUE_PER_SLOT = 2;

export function runExperiment(shape: TraceShape, options: ExperimentOptions): Experiment {
  const { maxReplicas, meanBlocks, seed } = options;
  const slots = maxReplicas * options.model.capacity;
  const model = { ...options.model, queueLimit: Math.max(options.model.queueLimit, slots * QUEUE_PER_SLOT) };
  const perSecond = (slots * 1_000) / fullServiceMs(model, meanBlocks);
  const requests = () => requestsOf(shape, { seed, perSecond, meanBlocks });
  const { lengthMs, zoneLostMs } = shape;
  const begunMs = performance.now();
  const scaling = { ...options.scaling, maxReplicas };
  const replicas = Math.ceil((shape.share(0) * maxReplicas) / scaling.targetShare);
  const outcome = simulate(requests(), { model, scaling, replicas, lengthMs, zoneLostMs, seed: seed + 1 });
  const tookMs = performance.now() - begunMs;
  return { shape, maxReplicas, outcome, cheapestMs: cheapestMs(requests(), lengthMs, model), tookMs };
}

/** Time that a response of so many blocks holds a slot of a full replica. A full replica has the most throughput. */
function fullServiceMs(model: FleetModel, blocks: number): number {
  const held = model.claimMs + model.finishMs;
  return held + forwardsOf(model, blocks) * forwardTimeMs(model, model.capacity);
}

const STEP_MS = 1_000;

/** Each request runs as soon as it comes, on full replicas. */
function cheapestMs(requests: Iterable<TracedRequest>, lengthMs: number, model: FleetModel): number {
  const steps = Math.ceil(lengthMs / STEP_MS);
  const changes = new Int32Array(steps + 1);
  const at = (ms: number) => Math.min(steps, Math.ceil(ms / STEP_MS));
  for (const { atMs, blocks } of requests) {
    changes[at(atMs)]!++;
    changes[at(atMs + fullServiceMs(model, blocks))]!--;
  }
  let running = 0;
  const need = changes.subarray(0, steps).map((change) => {
    running += change;
    return Math.ceil(running / model.capacity);
  });
  const [least, most] = model.startMs;
  return cheapestSchedule(need, (least + most) / 2 / STEP_MS) * STEP_MS;
}
