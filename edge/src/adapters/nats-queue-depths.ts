/** The requests in a model's queue and its unmet demand, as metrics and autoscalers read them. */
import {
  classStream,
  type Link,
  PRIORITIES,
  type Priority,
  plainQueue,
  plainStream,
  wantedStream,
} from "@palimpsest/fleet";
import type { Clock, Log, QueueDepths } from "../ports.ts";

/** An autoscaler's triggers and Prometheus may read within one second; the server is asked once. */
const KEEP_MS = 1_000;

export class QueueDepthReader {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #latest = new Map<string, { readonly readMs: number; readonly depths: Promise<QueueDepths | undefined> }>();
  #readable = true;

  constructor({ link, clock, log }: { readonly link: Link; readonly clock: Clock; readonly log: Log }) {
    this.#link = link;
    this.#clock = clock;
    this.#log = log;
  }

  /** Undefined while the server does not answer, or denies this edge the streams' states. */
  read(model: string): Promise<QueueDepths | undefined> {
    const now = this.#clock.monotonic();
    const latest = this.#latest.get(model);
    if (latest !== undefined && now - latest.readMs < KEEP_MS) return latest.depths;
    const depths = this.#ask(model);
    this.#latest.set(model, { readMs: now, depths });
    return depths;
  }

  async #ask(model: string): Promise<QueueDepths | undefined> {
    const { streams } = this.#link.jsm;
    try {
      // A request stays in its stream until it is acknowledged, so running requests count.
      const [wanted, plain, ...classes] = await Promise.all([
        streams.info(wantedStream(model)),
        streams.info(plainStream(model), { subjects_filter: ">" }),
        ...PRIORITIES.map((priority) => streams.info(classStream(model, priority))),
      ]);
      const counted = PRIORITIES.map((priority, i) => {
        const inPlain = plain.state.subjects?.[plainQueue(model, priority).subject] ?? 0;
        return [priority, inPlain + classes[i]!.state.messages];
      });
      const queued = Object.fromEntries(counted) as Record<Priority, number>;
      this.#readable = true;
      return { queued, unmet: wanted.state.messages };
    } catch (error) {
      if (this.#readable) this.#log.warn({ err: error, model }, "cannot read the queue; its metrics are left out");
      this.#readable = false;
      return undefined;
    }
  }
}
