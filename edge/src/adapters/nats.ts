/** A fleet over NATS: requests go into queues, answers come out of the log. Beside the other nats files, all that knows it. */
import { create } from "@bufbuild/protobuf";
import type { KV } from "@nats-io/kv";
import {
  claimKey,
  isToken,
  type Link,
  LOG_AGE_MS,
  readClaim,
  readRecord,
  releaseKey,
  retryWhile,
  writeRecord,
} from "@palimpsest/fleet";
import type { EditEvent, ErrorEvent } from "@palimpsest/proto";
import { IdempotencyRecordSchema, type ResponseRecord, ResponseRecordSchema } from "@palimpsest/proto/fleet";
import { hex, sha256 } from "../digest.ts";
import { EdgeError, modelNotFound, responseNotFound } from "../errors.ts";
import type { ClientRequest, IdempotencyKey, Log, ModelLoad, Position, Replicas, Responses } from "../ports.ts";
import { withSeed } from "../stream/takeover.ts";
import { NatsFeed } from "./nats-feed.ts";
import { encodeQueued, enqueue, leaveWanted, type Queued, stopResponse, waits } from "./nats-queue.ts";
import { FleetView } from "./nats-view.ts";

export interface NatsFleetOptions {
  readonly link: Link;
  readonly log: Log;
  /** The longest a response may take. */
  readonly deadlineMs: number;
  /** The longest it may wait for a worker. */
  readonly waitLimitMs: number;
}

export interface NatsFleet extends Disposable {
  readonly replicas: Replicas;
  readonly responses: Responses;
  /** What the fleet's workers run now; no model at all while they cannot be heard. */
  running(): ModelLoad[];
  readonly view: FleetView;
  /** What runs goes on, for whoever comes back at another edge. */
  leave(): void;
}

/** @throws when the server does not answer, or forgets responses before they may end */
export async function openNatsFleet(options: NatsFleetOptions): Promise<NatsFleet> {
  if (options.deadlineMs > LOG_AGE_MS)
    throw new Error(`REQUEST_LIMIT_MS: at most ${LOG_AGE_MS} in a fleet, whose log forgets a response by then`);
  using opening = new DisposableStack();
  const fleet = opening.use(new Fleet(options));
  await fleet.view.refresh();
  opening.move();
  return fleet;
}

const CANCELLED = { code: "cancelled", message: "The request was cancelled.", retryable: false } as const;
const UNSERVED = {
  code: "unavailable",
  message: "No worker came for the request; try again.",
  retryable: true,
} as const;
/** A server that restarts is back by then. */
const ASK_LIMIT_MS = 15_000;
/** A worker may be starting. */
const UNSERVED_RETRY_MS = 5_000;

class Fleet implements NatsFleet, Replicas, Responses {
  readonly view: FleetView;
  readonly #options: NatsFleetOptions;
  #leaving = false;

  constructor(options: NatsFleetOptions) {
    this.#options = options;
    this.view = new FleetView(options.link, options.log);
  }

  get replicas(): Replicas {
    return this;
  }

  get responses(): Responses {
    return this;
  }

  models() {
    return [...this.view.models.values()];
  }

  running() {
    return this.view.running();
  }

  /** A queue takes requests when no worker is there yet. */
  ready(): boolean {
    return this.#options.link.connected && this.view.models.size > 0;
  }

  async #requireModel(model: string): Promise<void> {
    if (!this.view.models.has(model)) await this.view.refresh().catch(() => {});
    if (!this.view.models.has(model)) throw modelNotFound(model, this.view.models.keys(), "model");
  }

  async isKnown(responseId: string, owner: string): Promise<boolean> {
    if (!isToken(responseId)) return false;
    const record = await this.#ask((bucket) => readRecord(bucket, responseId));
    return record !== undefined && record.owner === owner;
  }

  async *watch(responseId: string, after: Position | undefined, signal: AbortSignal): AsyncGenerator<EditEvent, void> {
    const record = await this.#record(responseId);
    using joined = this.#join(responseId, Number(record.deadlineMs), queuedOf(record), after);
    const leave = () => joined.fail(CANCELLED);
    signal.addEventListener("abort", leave, { once: true });
    if (signal.aborted) leave();
    try {
      await joined.listening();
      void joined.catchUp();
      yield* joined.feed;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  async cancel(responseId: string): Promise<void> {
    const queued = queuedOf(await this.#record(responseId));
    await this.#ask(() => stopResponse(this.#options.link, responseId, queued, CANCELLED));
  }

  async claimKey(key: IdempotencyKey, responseId: string) {
    const bodyHash = await sha256(key.body);
    const record = create(IdempotencyRecordSchema, { responseId, bodyHash });
    const name = await nameOf(key);
    const known = await this.#ask((bucket) => claimKey(bucket, name, record));
    if (known === undefined) return undefined;
    return { responseId: known.responseId, sameBody: hex(known.bodyHash) === hex(bodyHash) };
  }

  async releaseKey(key: IdempotencyKey): Promise<void> {
    // The response goes on without this edge, and the key stands for it.
    if (this.#leaving) return;
    const name = await nameOf(key);
    await this.#ask((bucket) => releaseKey(bucket, name));
  }

  leave(): void {
    this.#leaving = true;
  }

  [Symbol.dispose](): void {
    this.leave();
    this.view[Symbol.dispose]();
  }

  async *generate(asked: ClientRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void> {
    await this.#requireModel(asked.model);
    const { link, deadlineMs, waitLimitMs } = this.#options;
    const request = withSeed(asked);
    const { responseId, model, background = false } = request;
    const deadline = Date.now() + deadlineMs;
    const bytes = encodeQueued(link, request, deadline);
    let queued: Queued | undefined;
    using joined = this.#join(responseId, deadline, () => queued);
    const { feed } = joined;
    const abort = () => joined.fail(CANCELLED);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    let ended = signal.aborted;
    let recovered: Disposable | undefined;
    try {
      if (!ended) {
        const waitEnd = Date.now() + waitLimitMs;
        queued = await enqueue(link, this.view, request, bytes, () => !feed.over && Date.now() < waitEnd);
        const record = create(ResponseRecordSchema, {
          owner: request.cacheScope ?? "",
          model,
          queueSequence: BigInt(queued.sequence),
          deadlineMs: BigInt(deadline),
          created: BigInt(Math.floor(Date.now() / 1000)),
        });
        const keep = () => writeRecord(link.buckets.responses, responseId, record);
        await retryWhile(keep, () => !feed.over);
        // The server may have come back without it.
        recovered = link.onRecovered(() => void retryWhile(keep, () => !feed.over).catch(() => {}));
        await this.#served(joined, responseId, queued, background, waitLimitMs);
      }
      for await (const event of feed) {
        ended = !signal.aborted && (event.type === "end" || event.type === "error");
        yield event;
      }
    } finally {
      signal.removeEventListener("abort", abort);
      recovered?.[Symbol.dispose]();
      if (!ended && queued && !background && !this.#leaving) await this.#stop(responseId, queued, CANCELLED);
    }
  }

  /** Resolves when the answer has begun. @throws EdgeError `unavailable` when no worker comes within the limit */
  async #served({ begun, feed }: NatsFeed, responseId: string, queued: Queued, background: boolean, limitMs: number) {
    if (background) return;
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => resolve("late"), limitMs);
    const first = await Promise.race([begun, late]);
    clearTimeout(timer);
    if (first !== "late") return;
    const { link } = this.#options;
    // Somebody has it and has not said anything yet: that is waiting of another kind.
    const claim = () => readClaim(link.buckets.responses, responseId);
    if ((await retryWhile(claim, () => !feed.over)) !== undefined) return;
    await leaveWanted(link, queued.model).catch(() => {});
    await this.#stop(responseId, queued, UNSERVED);
    throw new EdgeError(UNSERVED.code, UNSERVED.message, { retryAfterMs: UNSERVED_RETRY_MS });
  }

  async #stop(responseId: string, queued: Queued | undefined, failure: Failure): Promise<void> {
    const { link, log } = this.#options;
    await stopResponse(link, responseId, queued, failure).catch((error) =>
      log.warn({ response_id: responseId, err: error }, "a response could not be stopped: its lease will end it"),
    );
  }

  #join(
    responseId: string,
    deadlineMs: number,
    queued: Queued | (() => Queued | undefined),
    after?: Position,
  ): NatsFeed {
    const { link, log } = this.#options;
    const where = typeof queued === "function" ? queued : () => queued;
    const isOrphan = () => this.#isOrphan(responseId, where());
    return new NatsFeed({ link, log, responseId, deadlineMs, after, isOrphan });
  }

  /** Whether the queue has lost the request and the replica that had it is gone. */
  async #isOrphan(responseId: string, queued: Queued | undefined): Promise<boolean> {
    if (queued === undefined) return false;
    const { link } = this.#options;
    const held = await readClaim(link.buckets.responses, responseId);
    if (held && this.view.isAlive(held.claim.replicaId)) return false;
    return !(await waits(link, responseId, queued));
  }

  /** @throws EdgeError `unavailable` when the server stays away */
  async #ask<T>(ask: (responses: KV) => Promise<T>): Promise<T> {
    const begun = Date.now();
    try {
      return await retryWhile(
        () => ask(this.#options.link.buckets.responses),
        () => !this.#leaving && Date.now() - begun < ASK_LIMIT_MS,
      );
    } catch (cause) {
      throw new EdgeError("unavailable", "The fleet does not answer now; try again in a moment.", { cause });
    }
  }

  async #record(responseId: string): Promise<ResponseRecord> {
    const record = isToken(responseId) ? await this.#ask((bucket) => readRecord(bucket, responseId)) : undefined;
    if (record) return record;
    throw responseNotFound(responseId);
  }
}

type Failure = Pick<ErrorEvent, "code" | "message" | "retryable">;

function queuedOf({ model, queueSequence }: ResponseRecord): Queued {
  return { model, sequence: Number(queueSequence) };
}

async function nameOf({ owner, key }: IdempotencyKey): Promise<string> {
  return hex(await sha256(JSON.stringify([owner, key])));
}
