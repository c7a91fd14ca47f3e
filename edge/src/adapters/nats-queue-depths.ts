/** The requests in a model's queue and its unmet demand, as metrics and autoscalers read them. */
import { type Link, needsStream, PRIORITIES, type Priority, queueStream, wantedStream } from "@palimpsest/fleet";
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
      const [plain, needs, wanted] = await Promise.all([
        streams.info(queueStream(model), { subjects_filter: ">" }),
        streams.info(needsStream(model), { subjects_filter: ">" }),
        streams.info(wantedStream(model)),
      ]);
      const queued = Object.fromEntries(PRIORITIES.map((priority) => [priority, 0])) as Record<Priority, number>;
      for (const [subject, count] of [plain, needs].flatMap(({ state }) => Object.entries(state.subjects ?? {}))) {
        // queue.MODEL.CLASS and queue.MODEL.CLASS.CAPABILITIES
        const priority = PRIORITIES.find((it) => it === subject.split(".")[2]);
        if (priority !== undefined) queued[priority] += count;
      }
      this.#readable = true;
      return { queued, unmet: wanted.state.messages };
    } catch (error) {
      if (this.#readable) this.#log.warn({ err: error, model }, "cannot read the queue; its metrics are left out");
      this.#readable = false;
      return undefined;
    }
  }
}
