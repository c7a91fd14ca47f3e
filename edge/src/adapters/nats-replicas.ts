/** Generates responses over NATS: a request waits in its model's queue until a worker with room takes it. */
import { create } from "@bufbuild/protobuf";
import { readClaim, retryWhile, writeRecord } from "@palimpsest/fleet";
import { type EditEvent, failureOf, type ModelInfo } from "@palimpsest/proto";
import { ResponseRecordSchema } from "@palimpsest/proto/fleet";
import { incapable, missingOf } from "../admission/capable.ts";
import { pause, timer } from "../clock.ts";
import { EdgeError, modelNotFound } from "../errors.ts";
import type { ClientRequest, Replicas } from "../ports.ts";
import { withSeed } from "../stream/takeover.ts";
import type { FleetConnection } from "./fleet-connection.ts";
import type { NatsFeed } from "./nats-feed.ts";
import { QueuePlaces } from "./nats-places.ts";
import { type Enqueued, encodeQueued, enqueue, type Queued, recordDemand } from "./nats-queue.ts";

/** A worker may be starting. */
const UNSERVED_RETRY_MS = 5_000;
/** Interval at which a waiting response is told its place. */
const PLACE_MS = 1_000;

export interface NatsReplicasOptions {
  /** The longest a response may take. */
  readonly deadlineMs: number;
  /** The longest a request may wait for a worker. */
  readonly waitLimitMs: number;
  /** Time a response continues for a client that has left and can come back. */
  readonly graceMs: number;
}

export class NatsReplicas implements Replicas {
  readonly #fleet: FleetConnection;
  readonly #options: NatsReplicasOptions;
  readonly #queuePlaces: QueuePlaces;

  constructor(fleet: FleetConnection, { deadlineMs, waitLimitMs, graceMs }: NatsReplicasOptions) {
    this.#fleet = fleet;
    this.#queuePlaces = new QueuePlaces(fleet);
    this.#options = { deadlineMs, waitLimitMs, graceMs };
  }

  models(): ModelInfo[] {
    return [...this.#fleet.view.models.values()];
  }

  /** A queue accepts requests even before a worker is running. */
  ready(): boolean {
    const { link, view } = this.#fleet;
    return link.connected && view.models.size > 0;
  }

  async *generate(asked: ClientRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void> {
    const { link, clock } = this.#fleet;
    await this.#requireModel(asked.model);
    await this.#requireCapabilities(asked);
    const request = withSeed(asked);
    const { responseId, background = false, canReturn = false } = request;
    const graceMs = canReturn ? this.#options.graceMs : 0;
    const deadlineMs = clock.now() + this.#options.deadlineMs;
    const bytes = encodeQueued(link, request, { deadlineMs, graceMs });
    // Subscribe before publishing: both use the data connection, so that no event is missed and the log need not be read.
    using feed = this.#fleet.openFeed({ responseId, deadlineMs }, signal);
    if (signal.aborted) return yield* feed.events;
    const waitEndMs = clock.monotonic() + this.#options.waitLimitMs;
    const isWanted = () => !feed.events.isOver && clock.monotonic() < waitEndMs;
    const queued = await enqueue(this.#fleet, request, bytes, isWanted);
    feed.join(() => this.#fleet.isOrphan(responseId, queued));
    const left = new AbortController();
    try {
      using _record = await this.#keepRecord(request, queued, deadlineMs, feed);
      if (!background) {
        const begun = this.#awaitWorker(request, queued, feed, left.signal);
        if (request.queuePlaces) yield* this.#places(request, queued, begun);
        await begun;
      }
      yield* feed.events;
    } finally {
      left.abort();
      if (!feed.hasEnded && !background) await this.#fleet.leave(responseId, queued, graceMs);
    }
  }

  async #requireModel(model: string): Promise<void> {
    const { view } = this.#fleet;
    if (!view.models.has(model)) await view.refresh().catch(() => {});
    if (!view.models.has(model)) throw modelNotFound(model, view.models.keys(), "model");
  }

  /** @throws EdgeError `unavailable` when workers of the model run, and none has the capabilities */
  async #requireCapabilities(request: ClientRequest): Promise<void> {
    const { view } = this.#fleet;
    const missing = () => missingOf(request, view.capabilities(request.model));
    if (missing() !== undefined) await view.refresh().catch(() => {});
    const capability = missing();
    if (capability !== undefined) throw incapable(request, capability);
  }

  /** Stores the response's record, and again whenever NATS was away and may have lost it, until it is disposed. */
  async #keepRecord(
    { responseId, model, cacheScope = "" }: ClientRequest,
    { stream, sequence }: Queued,
    deadlineMs: number,
    { events }: NatsFeed,
  ): Promise<Disposable> {
    const { link, clock } = this.#fleet;
    const record = create(ResponseRecordSchema, {
      owner: cacheScope,
      model,
      queueStream: stream,
      queueSequence: BigInt(sequence),
      deadlineMs: BigInt(deadlineMs),
      created: BigInt(Math.floor(clock.now() / 1000)),
    });
    const store = () =>
      retryWhile(
        () => writeRecord(link.buckets.responses, responseId, record),
        () => !events.isOver,
      );
    await store();
    return link.onRecovered(() => void store().catch(() => {}));
  }

  /** The response's place whenever it has changed, until a worker has begun. */
  async *#places(
    { responseId, model }: ClientRequest,
    { queue }: Enqueued,
    begun: Promise<void>,
  ): AsyncGenerator<EditEvent, void> {
    const place = this.#queuePlaces.follow(model, queue);
    const over = begun.then(
      () => "over" as const,
      () => "over" as const,
    );
    let last: number | undefined;
    for (let seq = 0; ; ) {
      // An edge that may not read consumers, or cannot now, tells no place.
      const ahead = await Promise.race([over, place().catch(() => undefined)]);
      if (ahead === "over") return;
      if (ahead !== undefined && ahead !== last) {
        yield { v: 1, response_id: responseId, attempt: 0, seq: seq++, type: "queued", ahead, approximate: true };
      }
      last = ahead;
      if ((await Promise.race([over, pause(this.#fleet.clock, PLACE_MS)])) === "over") return;
    }
  }

  /**
   * Resolves when the response has started, or its reader has left.
   * @throws EdgeError `unavailable` when no worker takes it within the wait limit
   */
  async #awaitWorker(
    { responseId, model }: ClientRequest,
    queued: Queued,
    { started, events }: NatsFeed,
    left: AbortSignal,
  ): Promise<void> {
    const { link, clock } = this.#fleet;
    const { waitLimitMs } = this.#options;
    const waited = Promise.withResolvers<"limit" | "left">();
    using _timer = timer(clock, waitLimitMs, () => waited.resolve("limit"));
    left.addEventListener("abort", () => waited.resolve("left"), { once: true });
    if ((await Promise.race([started, waited.promise])) !== "limit") return;
    // A worker has claimed the request but sent nothing: keep waiting.
    const claim = () => readClaim(link.buckets.responses, responseId);
    if ((await retryWhile(claim, () => !events.isOver)) !== undefined) return;
    await recordDemand(link, model).catch(() => {});
    const unserved = failureOf(
      "unavailable",
      `No worker took the request within ${waitLimitMs / 1000} s; retry later.`,
    );
    await this.#fleet.stop(responseId, queued, unserved);
    throw new EdgeError(unserved.code, unserved.message, { retryAfterMs: UNSERVED_RETRY_MS });
  }
}
