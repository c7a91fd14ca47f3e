/**
 * Follows a response in NATS without a gap: subscribes first, then reads the log, and reads it again after a gap, a
 * reconnect or a long silence. Renews the response's lease as long as it is open.
 */
import type { Msg } from "@nats-io/nats-core";
import { decode, draftsOf, type Link, logOf, readDrafts, readLog, retryWhile, watchSubject } from "@palimpsest/fleet";
import { type EditEvent, type Failure, failureOf, type Position } from "@palimpsest/proto";
import { every, pause, timer } from "../clock.ts";
import type { Clock, Log } from "../ports.ts";
import { Feed } from "../stream/feed.ts";

/** Much less than the 10 s without a sign of a reader after which a worker stops the response, and than the shortest grace. */
const WATCH_MS = 2_000;
/** A message may be lost without any sign of it. */
const SILENCE_MS = 5_000;
const RETRY_MS = 250;
/** The worker's own event about its deadline gets this long to arrive. */
const DEADLINE_MARGIN_MS = 3_000;

const LOST = failureOf("unavailable", "The response was lost with its worker; send the request again.");
const TOO_LATE = failureOf("deadline_exceeded", "The response took longer than the server's request limit.");

export interface NatsFeedOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Log;
  readonly responseId: string;
  readonly after?: Position | undefined;
  /** Unix milliseconds. No event can come later. */
  readonly deadlineMs: number;
}

export class NatsFeed implements Disposable {
  readonly events: Feed;
  /** Resolves with the first event. */
  readonly started: Promise<void>;
  readonly #options: NatsFeedOptions;
  readonly #open = new DisposableStack();
  readonly #start: () => void;
  #isOrphan: (() => Promise<boolean>) | undefined;
  #silence: Disposable | undefined;
  #isReading = false;
  #mustReadAgain = false;
  #isCancelled = false;
  #isClosed = false;

  constructor(options: NatsFeedOptions) {
    const { link, clock, responseId, after, deadlineMs } = options;
    this.#options = options;
    this.events = new Feed(responseId, after);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.started = promise;
    this.#start = resolve;
    for (const subject of [logOf(responseId), draftsOf(responseId)]) {
      const subscription = link.data.subscribe(subject, {
        callback: (error, message) => this.#receive(error, message),
      });
      this.#open.defer(() => subscription.unsubscribe());
    }
    this.#open.use(link.onRecovered(() => void this.catchUp()));
    const watch = () => link.tell(watchSubject(responseId));
    this.#open.use(every(clock, WATCH_MS, watch));
    const limitMs = Math.max(0, deadlineMs - clock.now()) + DEADLINE_MARGIN_MS;
    this.#open.use(timer(clock, limitMs, () => this.#fail(TOO_LATE)));
    this.#open.defer(() => this.#silence?.[Symbol.dispose]());
    watch();
  }

  /** True once the last event is in, unless this reader cancelled the response. */
  get hasEnded(): boolean {
    return this.events.isOver && !this.#isCancelled;
  }

  /** Fails the feed when the signal aborts. */
  failOn(signal: AbortSignal, failure: Failure): void {
    const fail = () => {
      if (this.events.isOver) return;
      this.#isCancelled = true;
      this.#fail(failure);
    };
    signal.addEventListener("abort", fail, { once: true });
    this.#open.defer(() => signal.removeEventListener("abort", fail));
    if (signal.aborted) fail();
  }

  /** Checks the response after every silence, once it is queued. @param isOrphan true if no worker can continue it */
  join(isOrphan: () => Promise<boolean>): void {
    this.#isOrphan = isOrphan;
    this.#awaitSilence();
  }

  /** Resolves once the subscription is active on the server. */
  async subscribed(): Promise<void> {
    await retryWhile(
      () => this.#options.link.data.flush(),
      () => !this.events.isOver,
    );
  }

  /** Reads the log and the latest drafts. Resolves when that is done, however long NATS is unreachable. */
  async catchUp(): Promise<void> {
    if (this.#isReading) {
      this.#mustReadAgain = true;
      return;
    }
    this.#isReading = true;
    do {
      this.#mustReadAgain = false;
      const wasRead = await this.#readLog();
      if (wasRead && (!this.events.hasGap || this.#mustReadAgain)) continue;
      this.#mustReadAgain = true;
      await pause(this.#options.clock, RETRY_MS);
    } while (this.#mustReadAgain && !this.#isClosed && !this.events.isOver);
    this.#isReading = false;
    if (this.events.hasStarted) this.#start();
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#open.dispose();
  }

  async #readLog(): Promise<boolean> {
    const { link, log, responseId } = this.#options;
    const { events } = this;
    const awaitedLog = events.isEnding;
    try {
      const next = events.nextBlocks;
      events.readLog(await readLog(link.jsm, responseId, (choice) => next.get(choice) ?? 0));
      if (awaitedLog) events.finish();
      for (const draft of await readDrafts(link.jsm, responseId, events.nextBlocks)) events.receive(draft);
      return true;
    } catch (error) {
      log.warn({ response_id: responseId, err: error }, "failed to read the response's log; retrying");
      return false;
    }
  }

  #receive(error: Error | null, message: Msg): void {
    if (error) return;
    let event: EditEvent;
    try {
      event = decode(message.data);
    } catch (cause) {
      this.#options.log.warn({ subject: message.subject, err: cause }, "ignored a message that is not an edit event");
      return;
    }
    // The server's permissions cover the subject only, so an event with another response's id is ignored.
    if (event.response_id !== this.#options.responseId) return;
    this.#awaitSilence();
    this.events.receive(event);
    if (this.events.hasStarted) this.#start();
    if (this.events.hasGap) void this.catchUp();
  }

  #awaitSilence(): void {
    if (this.#isOrphan === undefined || this.#isClosed) return;
    this.#silence?.[Symbol.dispose]();
    this.#silence = timer(this.#options.clock, SILENCE_MS, () => void this.#checkSilence());
  }

  async #checkSilence(): Promise<void> {
    const { link, log, responseId } = this.#options;
    if (link.connected) {
      await this.catchUp();
      const orphan = await this.#isOrphan?.().catch((error) => {
        log.warn({ response_id: responseId, err: error }, "failed to read the response's claim");
        return false;
      });
      if (orphan) this.#fail(LOST);
    }
    if (!this.events.isOver) this.#awaitSilence();
  }

  #fail(failure: Failure): void {
    this.events.fail(failure);
    this.#start();
  }
}
