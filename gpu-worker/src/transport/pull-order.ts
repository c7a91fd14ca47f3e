/** When a worker of a fleet looks into its model's queues, in which order, and how many requests it takes. It knows no NATS. */
import { PRIORITIES, type Priority, plainQueue, type Queue, queuesOf } from "@palimpsest/fleet";
import { capabilitySetsWithin, type ModelInfo } from "@palimpsest/proto";
import type { TokenCounters } from "../token-counters.ts";

/** Redelivered requests trigger no notification, so poll. */
export const POLL_MS = 500;
/** Delay of a full worker's pull, in proportion for others, so that idle workers pull first. */
const SPREAD_MS = 25;
/** Time that a request is left to the worker that its notification names. */
const AFFINITY_MS = 50;
/** A pull takes at most 1 / SHARES of the free slots, so that workers share the queue. */
const SHARES = 8;
/** One pull in so many starts with each lower class, so that higher classes cannot starve it. */
const TURNS = 8;

/** Milliseconds before a worker looks into the queues. @param used sequences that it runs */
export function lookDelayMs(used: number, capacity: number): number {
  return (SPREAD_MS * used) / capacity;
}

/** Milliseconds from a notification until the worker looks. @param named the worker that it names; empty for all */
export function wakeDelayMs(named: string, replicaId: string): number {
  return named === "" || named === replicaId ? 0 : AFFINITY_MS;
}

/** The most requests of one pull. */
export function pullLimit(freeSlots: number): number {
  return Math.ceil(freeSlots / SHARES);
}

/** Every queue whose needs a worker can meet. */
export function servedQueues({ name, capabilities }: Pick<ModelInfo, "name" | "capabilities">): Queue[] {
  const sets = capabilitySetsWithin(capabilities);
  return PRIORITIES.flatMap((priority) => [
    plainQueue(name, priority),
    ...sets.flatMap((needs) => queuesOf(name, priority, needs)),
  ]);
}

/** Buckets of keys; undefined for the requests of edges that tell no keys apart. */
export type Bucket = Queue["bucket"];

/**
 * The queues that a worker's pull tries, in order: by class, and within a class by what the worker has served to each bucket. Equal
 * buckets, and the needs of one bucket, come by turns first.
 * @param served for each class
 */
export function queuesInOrder(
  waiting: readonly Queue[],
  served: Readonly<Record<Priority, TokenCounters<Bucket>>>,
  turn: number,
): Queue[] {
  const first = waiting.length === 0 ? 0 : turn % waiting.length;
  const rotated = [...waiting.slice(first), ...waiting.slice(0, first)];
  return classOrder(turn).flatMap((priority) => {
    const queues = rotated.filter((queue) => queue.priority === priority);
    const byBucket = Map.groupBy(queues, ({ bucket }) => bucket);
    return served[priority].order(byBucket.keys()).flatMap((bucket) => byBucket.get(bucket)!);
  });
}

/** The order in which a pull tries the classes. */
export function classOrder(turn: number): readonly Priority[] {
  const first = turn % TURNS;
  const preferred = first === TURNS - 1 ? "batch" : first === TURNS / 2 - 1 ? "default" : "interactive";
  return [preferred, ...PRIORITIES.filter((priority) => priority !== preferred)];
}
