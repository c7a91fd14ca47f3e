/** Everything that an edge's replicas and responses share of their fleet: the link, the view, feeds and cancellation. */
import type { KV } from "@nats-io/kv";
import { type Link, readClaim, retryWhile, watchSubject } from "@palimpsest/fleet";
import { type Failure, failureOf, type Position } from "@palimpsest/proto";
import { EdgeError } from "../errors.ts";
import type { Clock, Log } from "../ports.ts";
import { NatsFeed } from "./nats-feed.ts";
import { isQueued, type Queued, stopResponse } from "./nats-queue.ts";
import { FleetView } from "./nats-view.ts";

export const CANCELLED = failureOf("cancelled", "The request was cancelled.");

/** A NATS server that restarts is back by then. */
const RETRY_LIMIT_MS = 15_000;

export interface FleetConnectionOptions {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ResponseFeedOptions {
  readonly responseId: string;
  /** Unix milliseconds. */
  readonly deadlineMs: number;
  readonly after?: Position | undefined;
}

export class FleetConnection implements Disposable {
  readonly link: Link;
  readonly clock: Clock;
  readonly log: Log;
  readonly view: FleetView;
  readonly #detached = new AbortController();

  constructor({ link, clock, log }: FleetConnectionOptions) {
    this.link = link;
    this.clock = clock;
    this.log = log;
    this.view = new FleetView({ link, clock, log });
  }

  /** True once the edge is leaving: its responses continue without it, and keep their idempotency keys. */
  get detached(): boolean {
    return this.#detached.signal.aborted;
  }

  detach(): void {
    this.#detached.abort();
  }

  [Symbol.dispose](): void {
    this.detach();
    this.view[Symbol.dispose]();
  }

  /** Subscribes to one response's events. They end as cancelled when the signal aborts. */
  openFeed(options: ResponseFeedOptions, signal: AbortSignal): NatsFeed {
    const { link, clock, log } = this;
    const feed = new NatsFeed({ link, clock, log, ...options });
    feed.failOn(signal, CANCELLED);
    return feed;
  }

  /** True if no worker can continue the response: its request has left the queue, and its replica is not alive. */
  async isOrphan(responseId: string, queued: Queued): Promise<boolean> {
    const current = await readClaim(this.link.buckets.responses, responseId);
    if (current && this.view.isAlive(current.claim.replicaId)) return false;
    return !(await isQueued(this.link, responseId, queued));
  }

  /**
   * Cancels a response whose reader has left, unless another reader comes within the grace, here or at another edge. Resolves
   * before the grace is over. An edge that is leaving itself cancels nothing: the workers do, if no reader comes.
   */
  async leave(responseId: string, queued: Queued, graceMs: number): Promise<void> {
    if (this.detached) return;
    if (graceMs === 0) await this.stop(responseId, queued, CANCELLED);
    else void this.#stopUnread(responseId, queued, graceMs);
  }

  async #stopUnread(responseId: string, queued: Queued, graceMs: number): Promise<void> {
    const { control } = this.link;
    let isRead = false;
    const readers = control.subscribe(watchSubject(responseId), {
      callback: () => {
        isRead = true;
      },
    });
    const isOver = await this.clock.sleep(graceMs, this.#detached.signal).then(
      () => true,
      () => false,
    );
    readers.unsubscribe();
    if (isOver && !isRead) await this.stop(responseId, queued, CANCELLED);
  }

  /** Stops a response wherever it is. A failure is only logged: without an edge that renews it, the lease expires. */
  async stop(responseId: string, queued: Queued, failure: Failure): Promise<void> {
    await stopResponse(this.link, responseId, queued, failure).catch((error) =>
      this.log.warn({ response_id: responseId, err: error }, "could not cancel the response; its lease will expire"),
    );
  }

  /** Retries a request to the fleet's storage. @throws EdgeError `unavailable` when NATS stays unreachable */
  async retry<T>(request: (responses: KV) => Promise<T>): Promise<T> {
    const endMs = this.clock.monotonic() + RETRY_LIMIT_MS;
    try {
      return await retryWhile(
        () => request(this.link.buckets.responses),
        () => !this.detached && this.clock.monotonic() < endMs,
      );
    } catch (cause) {
      throw new EdgeError("unavailable", "The fleet is unreachable; retry later.", { cause });
    }
  }
}
