/**
 * Joins one response of the fleet without a gap: listens first, then reads the log, and reads it again whenever something
 * heard does not fit, the server was away, or it has been quiet for long. Keeps the response alive as long as it is read.
 */

import type { Msg } from "@nats-io/nats-core";
import { decode, draftsOf, type Link, logOf, readDrafts, readLog, retryWhile, watchSubject } from "@palimpsest/fleet";
import type { EditEvent } from "@palimpsest/proto";
import type { Log, Position } from "../ports.ts";
import { Feed } from "../stream/feed.ts";

/** Workers stop what nobody has watched for 10 s. */
const WATCH_MS = 2_000;
/** A message may be lost without anybody noticing. */
const QUIET_MS = 5_000;
const RETRY_MS = 250;
/** What a deadline's own event gets to arrive. */
const DEADLINE_MARGIN_MS = 3_000;

const LOST = { code: "unavailable", message: "The response was lost; send it again.", retryable: true } as const;

export interface FeedOptions {
  readonly link: Link;
  readonly log: Log;
  readonly responseId: string;
  readonly after?: Position | undefined;
  /** Unix milliseconds after which nothing can come any more. */
  readonly deadlineMs: number;
  /** Asked when it has been quiet: whether nobody is left who could go on. */
  isOrphan(): Promise<boolean>;
}

export class NatsFeed implements Disposable {
  readonly feed: Feed;
  /** Resolves when the first event is in. */
  readonly begun: Promise<void>;
  readonly #options: FeedOptions;
  readonly #open = new DisposableStack();
  readonly #begin: () => void;
  #reading = false;
  #again = false;
  #quiet: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FeedOptions) {
    const { link, responseId, after, deadlineMs } = options;
    this.#options = options;
    this.feed = new Feed(responseId, after);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.begun = promise;
    this.#begin = resolve;
    for (const subject of [logOf(responseId), draftsOf(responseId)]) {
      const subscription = link.data.subscribe(subject, { callback: (error, message) => this.#hear(error, message) });
      this.#open.defer(() => subscription.unsubscribe());
    }
    this.#open.use(link.onRecovered(() => void this.catchUp()));
    const watch = () => link.tell(watchSubject(responseId));
    const watching = setInterval(watch, WATCH_MS);
    const late = setTimeout(() => this.#late(), Math.max(0, deadlineMs - Date.now()) + DEADLINE_MARGIN_MS);
    this.#open.defer(() => {
      clearInterval(watching);
      clearTimeout(late);
      clearTimeout(this.#quiet);
    });
    watch();
    this.#listen();
  }

  /** Resolves when nothing can be said any more that this does not hear. */
  async listening(): Promise<void> {
    await retryWhile(
      () => this.#options.link.data.flush(),
      () => !this.feed.over,
    );
  }

  /** Reads what is written. Resolves when that is done, however long the server is away. */
  async catchUp(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    const { link, log, responseId } = this.#options;
    this.#reading = true;
    do {
      this.#again = false;
      const { ending } = this.feed;
      try {
        const have = this.feed.next;
        this.feed.read(await readLog(link.jsm, responseId, (choice) => have.get(choice) ?? 0));
        if (ending) this.feed.settle();
        for (const draft of await readDrafts(link.jsm, responseId, this.feed.next)) this.feed.hear(draft);
      } catch (error) {
        log.warn({ response_id: responseId, err: error }, "a response's log cannot be read yet");
        this.#again = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
      if (this.feed.incomplete && !this.#again) {
        this.#again = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    } while (this.#again && !this.#closed && !this.feed.over);
    this.#reading = false;
    if (this.feed.begun) this.#begin();
  }

  /** Ends the response for its reader. */
  fail(failure: Parameters<Feed["fail"]>[0]): void {
    this.feed.fail(failure);
    this.#begin();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#open.dispose();
  }

  #hear(error: Error | null, message: Msg): void {
    if (error) return;
    let event: EditEvent;
    try {
      event = decode(message.data);
    } catch (cause) {
      this.#options.log.warn({ subject: message.subject, err: cause }, "a message that is no event was ignored");
      return;
    }
    // The subject is what the server's permissions are about; an event that says otherwise is somebody's mistake.
    if (event.response_id !== this.#options.responseId) return;
    this.#listen();
    this.feed.hear(event);
    if (this.feed.begun) this.#begin();
    if (this.feed.incomplete) void this.catchUp();
  }

  #listen(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => void this.#look(), QUIET_MS);
  }

  async #look(): Promise<void> {
    const { link, log, responseId, isOrphan } = this.#options;
    if (link.connected) {
      await this.catchUp();
      const orphan = await isOrphan().catch((error) => {
        log.warn({ response_id: responseId, err: error }, "nobody can say who has a response");
        return false;
      });
      if (orphan) this.fail(LOST);
    }
    if (!this.#closed && !this.feed.over) this.#listen();
  }

  #late(): void {
    this.fail({ code: "deadline_exceeded", message: "The response took too long.", retryable: false });
  }
}
