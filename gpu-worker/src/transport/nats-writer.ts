/**
 * What one worker writes to the log of one response, as long as the response is its own. It knows no engine and no queue.
 */
import { append, EDIT_STREAM, type Link, type LinkLog, subjectOf } from "@palimpsest/fleet";
import type { DraftEvent, EditEvent } from "@palimpsest/proto";
import { type Clock, pause } from "../clock.ts";
import { holdsAttempt } from "./nats-claim.ts";

/** Without a sign that the server has heard of this worker for so long, another may have the response. */
export const STALE_MS = 3_500;
const STORE_TIMEOUT_MS = 2_000;
const RETRY_MS = 200;

export interface WriterContext {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: LinkLog;
  readonly replicaId: string;
  /** When the server last confirmed that it hears this worker, on the clock. */
  lastHeard(): number;
  /** Since when it has heard this worker without a gap in which another could have been given its requests. */
  heardSince(): number;
}

export type StoredEvent = Exclude<EditEvent, DraftEvent>;

/** `taken`: another event is there, by somebody who does not go on. `lost`: somebody else has the response. */
export type Written = "stored" | "taken" | "lost";

export class LogWriter {
  readonly #context: WriterContext;
  readonly #responseId: string;
  /** All that the log has, whoever wrote it. */
  #stored: StoredEvent[] = [];
  /** When the response was last known to be this worker's, on the clock. */
  #heldMs: number;

  constructor(context: WriterContext, responseId: string) {
    this.#context = context;
    this.#responseId = responseId;
    this.#heldMs = context.clock.now();
  }

  /** Whether another may have the response without this worker's knowing. */
  get stale(): boolean {
    return this.#context.clock.now() - this.#context.lastHeard() > STALE_MS;
  }

  /** Begins an attempt. @param log what is written */
  goOn(log: readonly EditEvent[]): void {
    this.#stored = log.filter((event) => event.type !== "draft");
  }

  /** @throws when the server does not answer */
  async holds(attempt: number): Promise<boolean> {
    const { link, clock, replicaId } = this.#context;
    const askedMs = clock.now();
    const held = await holdsAttempt(link, this.#responseId, replicaId, attempt);
    if (held) this.#heldMs = askedMs;
    return held;
  }

  /** Writes an event, however long the server is away. Undefined when `signal` aborts first: nobody knows what became of it. */
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
        log.warn({ response_id: this.#responseId, event: event.type, err: error }, "the log does not answer");
        await pause(clock, RETRY_MS, signal);
      }
    }
    return undefined;
  }

  /** Writes again what the server has lost. @throws when it does not answer */
  async restore(): Promise<void> {
    const { js, jsm } = this.#context.link;
    // The last may be there because it was only just written.
    const ends = [...new Set([this.#stored[0], this.#stored.at(-1)])].filter((event) => event !== undefined);
    const isThere = async (event: StoredEvent) =>
      (await jsm.direct.getMessage(EDIT_STREAM, { last_by_subj: subjectOf(event) })) !== null;
    if ((await Promise.all(ends.map(isThere))).every(Boolean)) return;
    for (const event of [...this.#stored]) await append(js, jsm, event, STORE_TIMEOUT_MS);
  }
}
