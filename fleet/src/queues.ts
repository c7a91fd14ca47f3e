/**
 * The queues of a model. A class has a stream, which bounds it, and within it a subject for each bucket of API keys, so that a
 * worker can serve the buckets in turn, and for each set of capabilities that a request may need. Each subject in use has one
 * consumer.
 */
import type { Capability } from "@palimpsest/proto";
import { tokenOf } from "./subjects.ts";

/** Classes of a model's queue, the most urgent first. */
export const PRIORITIES = ["interactive", "default", "batch"] as const;
export type Priority = (typeof PRIORITIES)[number];

/**
 * Buckets of API keys in a class. Two keys share one by chance, with a probability of 1 / BUCKETS, and are then served as one
 * key. A class has at most as many consumers as there are buckets, for each set of capabilities.
 */
export const BUCKETS = 32;

/** Requests of one class, of one bucket of keys and with the same needs. */
export interface Queue {
  readonly priority: Priority;
  readonly stream: string;
  readonly subject: string;
  readonly consumer: string;
  /** Absent: the requests of edges and workers of the release before, whose keys are not told apart. */
  readonly bucket?: number;
}

/** All queues of a class. No name of a model ends the name of another stream. */
export const classStream = (model: string, priority: Priority) => `${priority}-${tokenOf(model)}`;
export const classSubjects = (model: string, priority: Priority) => `queue.${tokenOf(model)}.${priority}.*.*`;

/** @param needs one of CAPABILITY_SETS */
export function queueOf(model: string, priority: Priority, needs: readonly Capability[], bucket: number): Queue {
  const name = needs.join("-");
  const subject = `queue.${tokenOf(model)}.${priority}.${name}.${bucket}`;
  return { priority, stream: classStream(model, priority), subject, consumer: `${name}-${bucket}`, bucket };
}

/** The queues of all buckets of a class with these needs. */
export function queuesOf(model: string, priority: Priority, needs: readonly Capability[]): Queue[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => queueOf(model, priority, needs, bucket));
}

/** The bucket of an API key, or of another text that identifies a tenant: 32-bit FNV-1a, which spreads similar texts too. */
export function bucketOf(tenant: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(tenant)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash % BUCKETS;
}

/** The queues of the release before, one for each class, which bounds itself. */
export const plainStream = (model: string) => `queue-${tokenOf(model)}`;

export function plainQueue(model: string, priority: Priority): Queue {
  const subject = `queue.${tokenOf(model)}.${priority}`;
  return { priority, stream: plainStream(model), subject, consumer: priority };
}
