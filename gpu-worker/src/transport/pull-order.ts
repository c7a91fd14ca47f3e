/** When a worker of a fleet looks into its model's queues, in which order, and how many requests it takes. It knows no NATS. */
import { PRIORITIES, type Priority, type Queue, queueOf } from "@palimpsest/fleet";
import { capabilitySetsWithin, type ModelInfo } from "@palimpsest/proto";

/** Redelivered requests trigger no notification, so poll. */
export const POLL_MS = 500;
/** Delay of a full worker's pull, in proportion for others, so that idle workers pull first. */
const SPREAD_MS = 25;
/** Time that a request is left to the worker that its notification names. */
const AFFINITY_MS = 50;
/** A pull takes at most 1 / SHARES of the free slots, so that workers share the queue. */
const SHARES = 8;
/** Of so many pulls, one starts with each lower class, so that higher classes cannot starve it. */
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

/** The queues that a worker's pull tries, in order: of each class, all whose needs it can meet, by turns first. */
export function queuesInOrder({ name, capabilities }: Pick<ModelInfo, "name" | "capabilities">, turn: number): Queue[] {
  const needs = capabilitySetsWithin(capabilities);
  const first = turn % needs.length;
  const order = [...needs.slice(first), ...needs.slice(0, first)];
  return classOrder(turn).flatMap((priority) => order.map((one) => queueOf(name, priority, one)));
}

/** The order in which a pull tries the classes. */
export function classOrder(turn: number): readonly Priority[] {
  const first = turn % TURNS;
  const preferred = first === TURNS - 1 ? "batch" : first === TURNS / 2 - 1 ? "default" : "interactive";
  return [preferred, ...PRIORITIES.filter((priority) => priority !== preferred)];
}
