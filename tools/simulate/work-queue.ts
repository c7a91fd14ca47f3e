/**
 * A model of the queues that JetStream keeps for a model. A class is bounded; within it, each bucket of keys is served in order. A
 * request stays until it is acknowledged; one that is redelivered comes before the others of its bucket.
 */
import { bucketOf, PRIORITIES, type Priority, type Queue, queuesOf } from "@palimpsest/fleet";

export interface Queued {
  readonly priority: Priority;
  readonly tenant: string;
}

interface Bucket<Request> {
  readonly queue: Queue;
  readonly waiting: Fifo<Request>;
  /** Requests that wait or run. */
  held: number;
}

export class WorkQueue<Request extends Queued> {
  readonly #limit: number;
  readonly #classes: ReadonlyMap<Priority, readonly Bucket<Request>[]>;
  readonly #held = new Map<Priority, number>(PRIORITIES.map((priority) => [priority, 0]));
  readonly #bucketOfTenant = new Map<string, number>();
  #length = 0;

  /** @param limit requests of a class that wait or run */
  constructor(limit: number) {
    this.#limit = limit;
    const open = (queue: Queue) => ({ queue, waiting: new Fifo<Request>(), held: 0 });
    this.#classes = new Map(PRIORITIES.map((priority) => [priority, queuesOf("simulated", priority, []).map(open)]));
  }

  /** Requests that wait. */
  get length(): number {
    return this.#length;
  }

  /** Requests that wait or run, by class. */
  get depths(): Record<Priority, number> {
    return Object.fromEntries(this.#held) as Record<Priority, number>;
  }

  /** False if the class is full. */
  publish(request: Request): boolean {
    const held = this.#held.get(request.priority)!;
    if (held >= this.#limit) return false;
    this.#held.set(request.priority, held + 1);
    const bucket = this.#bucket(request);
    bucket.held++;
    bucket.waiting.push(request);
    this.#length++;
    return true;
  }

  /** The queues that hold more requests than run on a worker: those of other workers cannot be told from waiting ones. */
  inUse(runningThere: (queue: Queue) => number): Queue[] {
    const buckets = PRIORITIES.flatMap((priority) => this.#classes.get(priority)!);
    return buckets.flatMap(({ queue, held }) => (held > 0 && held > runningThere(queue) ? [queue] : []));
  }

  /** The oldest waiting requests of a queue. */
  pull({ priority, bucket }: Queue, limit: number): Request[] {
    const pulled = this.#classes.get(priority)![bucket!]!.waiting.take(limit);
    this.#length -= pulled.length;
    return pulled;
  }

  queueOf(request: Request): Queue {
    return this.#bucket(request).queue;
  }

  /** Has a pulled request pulled again. */
  redeliver(request: Request): void {
    this.#bucket(request).waiting.pushFirst(request);
    this.#length++;
  }

  /** Removes a pulled request. */
  acknowledge(request: Request): void {
    this.#held.set(request.priority, this.#held.get(request.priority)! - 1);
    this.#bucket(request).held--;
  }

  /** Removes a request that waits. @returns false if it does not */
  remove(request: Request): boolean {
    if (!this.#bucket(request).waiting.delete(request)) return false;
    this.#length--;
    this.acknowledge(request);
    return true;
  }

  #bucket({ priority, tenant }: Request): Bucket<Request> {
    let bucket = this.#bucketOfTenant.get(tenant);
    if (bucket === undefined) {
      bucket = bucketOf(tenant);
      this.#bucketOfTenant.set(tenant, bucket);
    }
    return this.#classes.get(priority)![bucket]!;
  }
}

class Fifo<T> {
  /** In order; those before `#head` are gone, and others that are no members. */
  #items: T[] = [];
  #head = 0;
  readonly #members = new Set<T>();

  push(item: T): void {
    this.#members.add(item);
    this.#items.push(item);
  }

  pushFirst(item: T): void {
    this.#members.add(item);
    if (this.#head > 0) this.#items[--this.#head] = item;
    else this.#items.unshift(item);
  }

  take(limit: number): T[] {
    const taken: T[] = [];
    while (taken.length < limit && this.#head < this.#items.length) {
      const item = this.#items[this.#head++]!;
      if (this.#members.delete(item)) taken.push(item);
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  delete(item: T): boolean {
    return this.#members.delete(item);
  }
}
