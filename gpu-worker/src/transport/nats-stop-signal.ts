/**
 * The signal that stops the engine of one response: the response was cancelled, its deadline passed, or no edge watches it.
 * A stopped engine ends the response with an error event, which is still written.
 */
import { cancelSubject, isCancelled, watchSubject } from "@palimpsest/fleet";
import type { QueuedRequest } from "@palimpsest/proto/fleet";
import { deadlineError } from "../clock.ts";
import type { WriterContext } from "./nats-writer.ts";

/** Responses unwatched for this long are cancelled. */
const WATCH_LEASE_MS = 10_000;
/** An edge whose reader has left cancels when the grace is over; a worker only if no edge does. */
const GRACE_MARGIN_MS = 5_000;

export class StopSignal implements Disposable {
  readonly #context: Pick<WriterContext, "link" | "clock">;
  readonly #responseId: string;
  readonly #background: boolean;
  readonly #leaseMs: number;
  readonly #controller = new AbortController();
  readonly #open = new DisposableStack();
  #watchedMs: number;

  constructor(context: Pick<WriterContext, "link" | "clock">, responseId: string, queued: QueuedRequest) {
    const { link, clock } = context;
    this.#context = context;
    this.#responseId = responseId;
    this.#background = queued.background;
    this.#leaseMs = Math.max(WATCH_LEASE_MS, queued.graceMs + GRACE_MARGIN_MS);
    this.#watchedMs = clock.now();
    const watched = () => {
      this.#watchedMs = clock.now();
    };
    const watch = link.control.subscribe(watchSubject(responseId), { callback: watched });
    const cancel = link.control.subscribe(cancelSubject(responseId), { callback: () => this.#controller.abort() });
    this.#open.defer(() => watch.unsubscribe());
    this.#open.defer(() => cancel.unsubscribe());
    const leftMs = Math.max(0, Number(queued.deadlineMs) - clock.date());
    this.#open.use(clock.timer(leftMs, () => this.#controller.abort(deadlineError())));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Call once a second. @param reachable whether watching edges can reach this worker now */
  beat(reachable: boolean): void {
    const { clock } = this.#context;
    if (!reachable) this.#watchedMs = clock.now();
    else if (!this.#background && clock.now() - this.#watchedMs > this.#leaseMs) this.#controller.abort();
  }

  /** Stops the engine if a cancellation was missed. @throws when the server does not answer */
  async recover(): Promise<void> {
    if (await isCancelled(this.#context.link.buckets.responses, this.#responseId)) this.#controller.abort();
  }

  [Symbol.dispose](): void {
    this.#open.dispose();
  }
}
