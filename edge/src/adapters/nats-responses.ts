/** Stored responses of a fleet: watch, cancel, and idempotency keys. They are in NATS, so that any edge can serve them. */
import { create } from "@bufbuild/protobuf";
import {
  claimKey,
  isCancelled,
  isToken,
  plainStream,
  readError,
  readLog,
  readRecord,
  releaseKey,
} from "@palimpsest/fleet";
import type { EditEvent, Position } from "@palimpsest/proto";
import { IdempotencyRecordSchema, type ResponseRecord } from "@palimpsest/proto/fleet";
import { hex, sha256 } from "../digest.ts";
import { isFinal, responseNotFound } from "../errors.ts";
import type { IdempotencyKey, KnownResponse, Responses } from "../ports.ts";
import { CANCELLED, type FleetConnection } from "./fleet-connection.ts";
import { type Queued, stopResponse } from "./nats-queue.ts";

export class NatsResponses implements Responses {
  readonly #fleet: FleetConnection;

  constructor(fleet: FleetConnection) {
    this.#fleet = fleet;
  }

  async isKnown(responseId: string, owner: string): Promise<boolean> {
    const record = await this.#find(responseId);
    return record !== undefined && record.owner === owner;
  }

  async read(responseId: string): Promise<EditEvent[]> {
    return isToken(responseId) ? await this.#fleet.retry(() => readLog(this.#fleet.link.jsm, responseId)) : [];
  }

  async *watch(responseId: string, after: Position | undefined, signal: AbortSignal): AsyncGenerator<EditEvent, void> {
    const record = await this.#record(responseId);
    const queued = queuedOf(record);
    using feed = this.#fleet.openFeed({ responseId, deadlineMs: Number(record.deadlineMs), after }, signal);
    feed.join(() => this.#fleet.isOrphan(responseId, queued));
    await feed.subscribed();
    void feed.catchUp();
    yield* feed.events;
  }

  async cancel(responseId: string): Promise<void> {
    const queued = queuedOf(await this.#record(responseId));
    await this.#fleet.retry(() => stopResponse(this.#fleet.link, responseId, queued, CANCELLED));
  }

  async claimKey(key: IdempotencyKey, responseId: string): Promise<KnownResponse | undefined> {
    const bodyHash = await sha256(key.body);
    const record = create(IdempotencyRecordSchema, { responseId, bodyHash });
    const name = await nameOf(key);
    const earlier = await this.#fleet.retry((bucket) =>
      claimKey(bucket, name, record, (one) => this.#hasFailed(one.responseId)),
    );
    if (earlier === undefined) return undefined;
    return { responseId: earlier.responseId, sameBody: hex(earlier.bodyHash) === hex(bodyHash) };
  }

  async releaseKey(key: IdempotencyKey): Promise<void> {
    // The response continues without this edge, and a retry at another edge must find it.
    if (this.#fleet.detached) return;
    const name = await nameOf(key);
    await this.#fleet.retry((bucket) => releaseKey(bucket, name));
  }

  /** The response was cancelled, or failed so that its request may be sent again. */
  async #hasFailed(responseId: string): Promise<boolean> {
    const { jsm, buckets } = this.#fleet.link;
    const error = await readError(jsm, responseId);
    return error ? !isFinal(error) : isCancelled(buckets.responses, responseId);
  }

  async #find(responseId: string): Promise<ResponseRecord | undefined> {
    return isToken(responseId) ? await this.#fleet.retry((bucket) => readRecord(bucket, responseId)) : undefined;
  }

  /** @throws EdgeError `response_not_found` */
  async #record(responseId: string): Promise<ResponseRecord> {
    const record = await this.#find(responseId);
    if (record) return record;
    throw responseNotFound(responseId);
  }
}

function queuedOf({ model, queueStream: stream, queueSequence }: ResponseRecord): Queued {
  return { stream: stream || plainStream(model), sequence: Number(queueSequence) };
}

async function nameOf({ owner, key }: IdempotencyKey): Promise<string> {
  return hex(await sha256(JSON.stringify([owner, key])));
}
