/** Traces: requests over time, made from a shape and a seed, and the loss of a zone. */
import type { Priority } from "@palimpsest/fleet";
import { Random } from "./random.ts";

export interface TracedRequest {
  readonly atMs: number;
  readonly tenant: string;
  readonly priority: Priority;
  /** Blocks of its answer. */
  readonly blocks: number;
}

export interface TraceShape {
  readonly name: string;
  readonly lengthMs: number;
  /** The share of all slots that requests need at a time, when no request waits and every slot of a replica is used. */
  share(atMs: number): number;
  /** A tenant that sends so much more. */
  readonly hot?: (atMs: number) => number;
  /** A zone of three is lost at this time. */
  readonly zoneLostMs?: number;
}

export interface TraceOptions {
  readonly seed: number;
  /** Requests that all slots together can answer in a second. */
  readonly perSecond: number;
  readonly meanBlocks: number;
}

export const HOT_TENANT = "hot";
const TENANTS = 100;
/** Shares of the classes. */
const INTERACTIVE = 0.2;
const BATCH = 0.1;
/** The resolution of a shape: between, its rate is constant. */
const STEP_MS = 1_000;

/** The requests of a shape, in order: a Poisson process whose rate follows the shape. The same seed gives the same requests. */
export function* requestsOf(
  shape: TraceShape,
  { seed, perSecond, meanBlocks }: TraceOptions,
): Generator<TracedRequest> {
  const random = new Random(seed);
  /** Exponential with mean 1. */
  const gap = () => -Math.log(1 - random.next());
  // An arrival comes each time that the integral of the rate has grown by a gap.
  let untilNext = gap();
  for (let stepMs = 0; stepMs < shape.lengthMs; stepMs += STEP_MS) {
    const ordinary = shape.share(stepMs);
    const hot = shape.hot?.(stepMs) ?? 0;
    const expected = ((ordinary + hot) * perSecond * STEP_MS) / 1_000;
    let used = 0;
    while (expected - used >= untilNext) {
      used += untilNext;
      untilNext = gap();
      const isHot = random.next() * (ordinary + hot) < hot;
      const tenant = isHot ? HOT_TENANT : `tenant-${Math.floor(random.next() * TENANTS)}`;
      const drawn = random.next();
      const priority = drawn < INTERACTIVE ? "interactive" : drawn < 1 - BATCH ? "default" : "batch";
      const blocks = 1 + Math.floor(gap() * (meanBlocks - 0.5));
      const atMs = stepMs + (used / expected) * STEP_MS;
      yield { atMs, tenant, priority: isHot ? "default" : priority, blocks };
    }
    untilNext -= expected - used;
  }
}

const MINUTE = 60_000;

/** The traces whose results are reported. */
export const REPORTED: readonly TraceShape[] = [
  { name: "steady", lengthMs: 30 * MINUTE, share: () => 0.6 },
  {
    name: "diurnal",
    lengthMs: 30 * MINUTE,
    share: (atMs) => 0.4 - 0.35 * Math.cos((2 * Math.PI * atMs) / (30 * MINUTE)),
  },
  {
    name: "burst",
    lengthMs: 30 * MINUTE,
    share: (atMs) => (isWithin(atMs, 5, 10) || isWithin(atMs, 18, 20) ? 0.8 : 0.2),
  },
  { name: "from zero", lengthMs: 30 * MINUTE, share: (atMs) => (isWithin(atMs, 5, 20) ? 0.3 : 0) },
  { name: "a zone lost", lengthMs: 30 * MINUTE, share: () => 0.5, zoneLostMs: 10 * MINUTE },
  {
    name: "a hot tenant",
    lengthMs: 30 * MINUTE,
    share: () => 0.4,
    hot: (atMs) => (isWithin(atMs, 5, 12) ? 0.8 : 0),
  },
];

/** The traces on which the chart's thresholds are chosen: other shapes. */
export const CHOSEN_ON: readonly TraceShape[] = [
  { name: "ramp", lengthMs: 30 * MINUTE, share: (atMs) => 0.1 + 0.7 * Math.min(1, atMs / (20 * MINUTE)) },
  {
    name: "waves",
    lengthMs: 36 * MINUTE,
    share: (atMs) => 0.45 + 0.25 * Math.sin((2 * Math.PI * atMs) / (9 * MINUTE)),
  },
  {
    name: "steps",
    lengthMs: 48 * MINUTE,
    share: (atMs) => [0.2, 0.5, 0.3, 0.7, 0.1, 0.4][Math.floor(atMs / (8 * MINUTE))]!,
  },
  { name: "spikes", lengthMs: 40 * MINUTE, share: (atMs) => (atMs % (10 * MINUTE) > 9 * MINUTE ? 0.7 : 0.25) },
];

function isWithin(atMs: number, fromMinute: number, toMinute: number): boolean {
  return atMs >= fromMinute * MINUTE && atMs < toMinute * MINUTE;
}
