/**
 * A model of the queue that JetStream keeps for a model: bounded for each class, first come, first served within a class. A request
 * stays until it is acknowledged; one that is redelivered comes before the others.
 */
import { PRIORITIES, type Priority } from "@palimpsest/fleet";

export interface Queued {
  readonly priority: Priority;
}

export class WorkQueue<Request extends Queued> {
  readonly #limit: number;
  readonly #waiting = new Map<Priority, Fifo<Request>>(PRIORITIES.map((priority) => [priority, new Fifo()]));
  readonly #held = new Map<Priority, number>(PRIORITIES.map((priority) => [priority, 0]));
  #length = 0;

  /** @param limit requests of a class that wait or run */
  constructor(limit: number) {
    this.#limit = limit;
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
    this.#waiting.get(request.priority)!.push(request);
    this.#length++;
    return true;
  }

  /** The oldest waiting requests of a class. */
  pull(priority: Priority, limit: number): Request[] {
    const pulled = this.#waiting.get(priority)!.take(limit);
    this.#length -= pulled.length;
    return pulled;
  }

  /** Has a pulled request pulled again. */
  redeliver(request: Request): void {
    this.#waiting.get(request.priority)!.pushFirst(request);
    this.#length++;
  }

  /** Removes a pulled request. */
  acknowledge({ priority }: Request): void {
    this.#held.set(priority, this.#held.get(priority)! - 1);
  }

  /** Removes a request that waits. @returns false if it does not */
  remove(request: Request): boolean {
    if (!this.#waiting.get(request.priority)!.delete(request)) return false;
    this.#length--;
    this.acknowledge(request);
    return true;
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
