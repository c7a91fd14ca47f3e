/**
 * What waits between an engine and a socket: the engine pushes, the socket pulls when it can. A slow reader misses drafts
 * and nothing else, and the engine never waits for it. It knows no sockets and no engine.
 */
import type { DraftEvent, EditEvent } from "@palimpsest/proto";
import type { Clock } from "./clock.ts";

/** Eyes see no more, and a draft costs a reader as much as a commit. */
export const DRAFTS_PER_SECOND = 30;

/**
 * The events of one response, in `seq` order, for one reader.
 *
 * Its size is bounded by the response: each commit once, so no more than the request's token limit allows, and one draft
 * for each open block.
 */
export class Outbox implements AsyncIterable<EditEvent> {
  readonly #clock: Clock;
  readonly #draftIntervalMs: number;
  /** What must arrive, in order. */
  readonly #kept: EditEvent[] = [];
  /** The latest draft of each open block, in the order in which the blocks began to wait. */
  readonly #drafts = new Map<string, DraftEvent>();
  #nextDraftMs = Number.NEGATIVE_INFINITY;
  #closed = false;
  #failure: unknown;
  #wake = () => {};

  constructor(clock: Clock, draftsPerSecond: number) {
    this.#clock = clock;
    this.#draftIntervalMs = 1000 / draftsPerSecond;
  }

  push(event: EditEvent): void {
    if (event.type === "draft") {
      this.#drafts.set(`${event.choice}.${event.block}`, event);
    } else {
      // What must arrive overtakes what may be dropped: later drafts show their blocks again.
      this.#drafts.clear();
      this.#kept.push(event);
    }
    this.#wake();
  }

  /** Nothing comes any more. Reading ends, or throws the failure, after what was kept. */
  close(failure?: unknown): void {
    this.#closed = true;
    this.#failure = failure;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EditEvent, void, void> {
    for (;;) {
      const event = this.#kept.shift() ?? this.#dueDraft();
      if (event) yield event;
      else if (!this.#closed) await this.#change();
      else if (this.#failure === undefined) return;
      else throw this.#failure;
    }
  }

  #dueDraft(): DraftEvent | undefined {
    const now = this.#clock.now();
    const [due] = this.#drafts.values();
    if (due === undefined || now < this.#nextDraftMs) return undefined;
    this.#nextDraftMs = now + this.#draftIntervalMs;
    for (const [key, { seq }] of this.#drafts) if (seq <= due.seq) this.#drafts.delete(key);
    return due;
  }

  /** Resolves at the next push or close, or when a waiting draft is due. */
  async #change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (this.#drafts.size === 0) return promise;
    using _timer = this.#clock.timer(Math.max(0, this.#nextDraftMs - this.#clock.now()), resolve);
    await promise;
  }
}
