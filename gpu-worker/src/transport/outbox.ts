/**
 * A buffer between an engine and a socket: the engine pushes events, the socket pulls them when it can write. A slow reader
 * misses drafts and nothing else, and the engine never waits for it.
 */
import type { DraftEvent, EditEvent } from "@palimpsest/proto";
import { AsyncQueue } from "@palimpsest/proto/async-queue";
import type { Clock } from "../clock.ts";

/** More is invisible, and a draft costs a reader as much as a commit. */
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
  /** Every event but drafts. */
  readonly #queue = new AsyncQueue<EditEvent>(() => this.#nextDraft());
  /** The latest draft of each open block, in the order in which the blocks began to wait. */
  readonly #drafts = new Map<string, DraftEvent>();
  #nextDraftMs = Number.NEGATIVE_INFINITY;
  #draftTimer: Disposable | undefined;

  constructor(clock: Clock, draftsPerSecond: number) {
    this.#clock = clock;
    this.#draftIntervalMs = 1000 / draftsPerSecond;
  }

  push(event: EditEvent): void {
    if (event.type === "draft") {
      this.#drafts.set(`${event.choice}.${event.block}`, event);
      this.#queue.wake();
    } else {
      // Older drafts would follow this event with a lower `seq`. Later drafts show their blocks again.
      this.#drafts.clear();
      this.#queue.push(event);
    }
  }

  /** Ends the reading after the events that were pushed; with a failure, reading throws it then. */
  close(failure?: unknown): void {
    this.#queue.close(failure);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EditEvent, void, void> {
    try {
      yield* this.#queue;
    } finally {
      this.#draftTimer?.[Symbol.dispose]();
    }
  }

  /** The oldest draft, if one is due; otherwise wakes the queue when it is. */
  #nextDraft(): DraftEvent | undefined {
    this.#draftTimer?.[Symbol.dispose]();
    const [oldest] = this.#drafts.values();
    if (oldest === undefined) return undefined;
    const now = this.#clock.now();
    if (now < this.#nextDraftMs) {
      this.#draftTimer = this.#clock.timer(this.#nextDraftMs - now, () => this.#queue.wake());
      return undefined;
    }
    this.#nextDraftMs = now + this.#draftIntervalMs;
    for (const [key, { seq }] of this.#drafts) if (seq <= oldest.seq) this.#drafts.delete(key);
    return oldest;
  }
}
