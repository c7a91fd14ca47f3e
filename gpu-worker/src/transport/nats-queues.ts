/**
 * The queues of a worker's model. A worker counts only what it has served itself. All workers see the same queues, so a bucket of
 * keys whose requests wait gets its share at each of them, and therefore of all.
 */
import { createConsumer, type Delivery, type Link, type Priority, pull, type Queue } from "@palimpsest/fleet";
import type { EditEvent, ModelInfo } from "@palimpsest/proto";
import { TokenCounters } from "../token-counters.ts";
import { type Bucket, queuesInOrder, servedQueues } from "./pull-order.ts";

const PULL_TIMEOUT_MS = 2_000;

/** A request, and the queue from which it came. */
export interface Pulled {
  readonly queue: Queue;
  readonly delivery: Delivery;
}

export class NatsQueues {
  readonly #link: Link;
  readonly #blockLength: number;
  /** All queues that this worker can serve, by subject. */
  readonly #queues: ReadonlyMap<string, Queue>;
  readonly #served: Readonly<Record<Priority, TokenCounters<Bucket>>>;
  /** Subjects whose consumers exist. */
  readonly #created = new Set<string>();
  #turn = 0;

  constructor(link: Link, model: ModelInfo) {
    this.#link = link;
    this.#blockLength = model.blockLength;
    this.#queues = new Map(servedQueues(model).map((queue) => [queue.subject, queue]));
    this.#served = { interactive: new TokenCounters(), default: new TokenCounters(), batch: new TokenCounters() };
  }

  /**
   * Requests of the queue that is next. None if no request waits.
   * @param limit how many the worker has room for, at the time of the call
   * @param running requests of a subject that run on this worker
   * @throws when the server does not answer
   */
  async next(limit: () => number, running: (subject: string) => number): Promise<Pulled[]> {
    for (const queue of queuesInOrder(await this.#waiting(running), this.#served, this.#turn++)) {
      if (limit() === 0) return [];
      const deliveries = await this.#pull(queue, limit());
      // The first block of each counts at once, so that the next request is another bucket's.
      for (const _ of deliveries) this.#served[queue.priority].choose(queue.bucket, this.#blockLength);
      if (deliveries.length > 0) return deliveries.map((delivery) => ({ queue, delivery }));
    }
    return [];
  }

  /** Counts what an event of a request from this queue has cost: its prompt, as far as it was not cached, and its answer. */
  count({ priority, bucket }: Queue, event: EditEvent): void {
    const served = this.#served[priority];
    if (event.type === "open") served.charge(bucket, Math.max(0, event.prompt_tokens - event.cached_tokens));
    if (event.type === "commit") served.charge(bucket, event.token_ids?.length ?? 0);
  }

  /** After a reconnect: the server may have lost consumers. */
  recover(): void {
    this.#created.clear();
  }

  /**
   * The queues that may have a waiting request. Running requests stay in their queues, so those of other workers cannot be told
   * apart.
   */
  async #waiting(running: (subject: string) => number): Promise<Queue[]> {
    const { streams } = this.#link.jsm;
    const names = new Set([...this.#queues.values()].map(({ stream }) => stream));
    const infos = await Promise.all([...names].map((stream) => streams.info(stream, { subjects_filter: ">" })));
    const counts = infos.flatMap(({ state }) => Object.entries(state.subjects ?? {}));
    return counts.flatMap(([subject, count]) => (count > running(subject) ? (this.#queues.get(subject) ?? []) : []));
  }

  /** The first pull creates the consumer, and the next one after a pull that failed: the server may have lost it. */
  async #pull(queue: Queue, limit: number): Promise<Delivery[]> {
    const { control, inboxPrefix, jsm } = this.#link;
    if (!this.#created.has(queue.subject)) await createConsumer(jsm, queue);
    this.#created.add(queue.subject);
    try {
      return await pull({ control, inboxPrefix, ...queue, limit, timeoutMs: PULL_TIMEOUT_MS });
    } catch (error) {
      this.#created.delete(queue.subject);
      throw error;
    }
  }
}
