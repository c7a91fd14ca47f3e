/** Writes events to the log of one response, as long as this worker holds the response's claim. */
import { append, EDIT_STREAM, type Link, type LinkLog, subjectOf } from "@palimpsest/fleet";
import type { DraftEvent, EditEvent } from "@palimpsest/proto";
import { type Clock, pause } from "../clock.ts";
import { holdsAttempt } from "./nats-claim.ts";

/** If the server has not confirmed for this long that it hears this worker, another worker may have the response. */
export const STALE_MS = 3_500;
const STORE_TIMEOUT_MS = 2_000;
const RETRY_MS = 200;

export interface WriterContext {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: LinkLog;
  readonly replicaId: string;
  /** Time on the clock at which the server last confirmed a message of this worker. */
  lastHeard(): number;
  /** Time on the clock since which no gap between confirmations was long enough to redeliver a request of this worker. */
  heardSince(): number;
}

export type StoredEvent = Exclude<EditEvent, DraftEvent>;

/** `taken`: another event is there, from a worker that does not continue. `lost`: another worker has the response. */
export type Written = "stored" | "taken" | "lost";

export class LogWriter {
  readonly #context: WriterContext;
  readonly #responseId: string;
  /** All events of the log, of all attempts. */
  #stored: StoredEvent[] = [];
  /** When this worker last asked for its claim and had it, on the clock. */
  #heldMs: number;

  constructor(context: WriterContext, responseId: string) {
    this.#context = context;
    this.#responseId = responseId;
    this.#heldMs = context.clock.now();
  }

  /** Whether another worker may have the response without this one's knowledge. */
  get stale(): boolean {
    return this.#context.clock.now() - this.#context.lastHeard() > STALE_MS;
  }

  /** Starts an attempt after the events of `log`. */
  continueFrom(log: readonly EditEvent[]): void {
    this.#stored = log.filter((event) => event.type !== "draft");
  }

  /** Whether this worker holds the response's claim. @throws when the server does not answer */
  async holds(attempt: number): Promise<boolean> {
    const { link, clock, replicaId } = this.#context;
    const askedMs = clock.now();
    const isHeld = await holdsAttempt(link, this.#responseId, replicaId, attempt);
    if (isHeld) this.#heldMs = askedMs;
    return isHeld;
  }

  /** Writes an event, retrying until the server answers. Undefined when `signal` aborts first: it may be written or not. */
  async write(event: StoredEvent, signal: AbortSignal): Promise<Written | undefined> {
    const { link, log, clock } = this.#context;
    while (!signal.aborted) {
      try {
        const doubtful = this.stale || this.#context.heardSince() > this.#heldMs;
        if (doubtful && !(await this.holds(event.attempt))) return "lost";
        const written = await append(link.js, link.jsm, event, STORE_TIMEOUT_MS);
        if (written === "stored") this.#stored.push(event);
        if (written === "taken" && !(await this.holds(event.attempt))) return "lost";
        return written;
      } catch (error) {
        log.warn({ response_id: this.#responseId, event: event.type, err: error }, "failed to write to the event log");
        await pause(clock, RETRY_MS, signal);
      }
    }
    return undefined;
  }

  /** Writes the events again that the server has lost. @throws when it does not answer */
  async restore(): Promise<void> {
    const { js, jsm } = this.#context.link;
    // The last event alone proves nothing: it may have been written after the loss.
    const ends = [...new Set([this.#stored[0], this.#stored.at(-1)])].filter((event) => event !== undefined);
    const isThere = async (event: StoredEvent) =>
      (await jsm.direct.getMessage(EDIT_STREAM, { last_by_subj: subjectOf(event) })) !== null;
    if ((await Promise.all(ends.map(isThere))).every(Boolean)) return;
    for (const event of [...this.#stored]) await append(js, jsm, event, STORE_TIMEOUT_MS);
  }
}
