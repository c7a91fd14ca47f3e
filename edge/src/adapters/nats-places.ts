/**
 * Places of requests that wait in a fleet's queues. A place is an estimate: it counts the requests that no worker has taken, and
 * takes the buckets of a class to be served in turn, a request of each.
 */
import { classStream, type Link, PRIORITIES, type Priority, plainStream, type Queue } from "@palimpsest/fleet";
import type { Clock } from "../ports.ts";

/** All waiting requests of an edge share an answer of the server. */
const KEEP_MS = 1_000;

/** A consumer's counts. */
interface Counts {
  /** Requests that were never delivered. */
  readonly pending: number;
  /** Deliveries so far. */
  readonly delivered: number;
}

type CountsBySubject = ReadonlyMap<string, Counts>;

export class QueuePlaces {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #latest = new Map<string, { readonly readMs: number; readonly counts: Promise<CountsBySubject> }>();

  constructor({ link, clock }: { readonly link: Link; readonly clock: Clock }) {
    this.#link = link;
    this.#clock = clock;
  }

  /**
   * Follows the place of a request that was just queued: each call gives the number of requests that are likely to be taken before
   * it. Undefined while its queue has no consumer, because no worker has looked there yet.
   * @throws when the server does not answer
   */
  follow(model: string, { priority, subject }: Queue): () => Promise<number | undefined> {
    let own: { readonly ahead: number; readonly delivered: number } | undefined;
    return async () => {
      const { more, same } = await this.#counts(model, priority);
      const counts = same.get(subject);
      if (counts === undefined) return undefined;
      const { pending, delivered } = counts;
      // Later requests of the bucket are pending too: the first place is the upper limit, and deliveries lower it.
      const left = own === undefined ? pending - 1 : Math.min(own.ahead - (delivered - own.delivered), pending - 1);
      own = { ahead: Math.max(0, left), delivered };
      const turns = own.ahead + 1;
      const others = [...same].map(([other, { pending }]) => (other === subject ? 0 : Math.min(pending, turns)));
      return [own.ahead, ...others, ...[...more.values()].map(({ pending }) => pending)].reduce((a, b) => a + b);
    };
  }

  /** Counts of the queues of this class, and of those that are more urgent. */
  async #counts(model: string, priority: Priority): Promise<{ more: CountsBySubject; same: CountsBySubject }> {
    const classes = PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1);
    const streams = [plainStream(model), ...classes.map((one) => classStream(model, one))];
    const all = (await Promise.all(streams.map((stream) => this.#read(stream)))).flatMap((counts) => [...counts]);
    const of = (isWanted: (priority: Priority) => boolean) =>
      new Map(all.filter(([subject]) => classes.some((one) => isWanted(one) && subject.split(".")[2] === one)));
    return { more: of((one) => one !== priority), same: of((one) => one === priority) };
  }

  #read(stream: string): Promise<CountsBySubject> {
    const now = this.#clock.monotonic();
    const latest = this.#latest.get(stream);
    if (latest !== undefined && now - latest.readMs < KEEP_MS) return latest.counts;
    const counts = this.#ask(stream);
    this.#latest.set(stream, { readMs: now, counts });
    return counts;
  }

  async #ask(stream: string): Promise<CountsBySubject> {
    const counts = new Map<string, Counts>();
    for await (const { config, num_pending, delivered } of this.#link.jsm.consumers.list(stream)) {
      const { filter_subject: subject = "" } = config;
      counts.set(subject, { pending: num_pending, delivered: delivered.consumer_seq });
    }
    return counts;
  }
}
