/** Puts requests into their model's queue, and removes them. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  append,
  bucketOf,
  cancelSubject,
  isFull,
  type Link,
  plainQueue,
  type Queue,
  queueOf,
  wakeSubject,
  wantedSubject,
  writeClaim,
  writeTombstone,
} from "@palimpsest/fleet";
import { capabilitySetFor, errorEvent, type Failure, needsOf } from "@palimpsest/proto";
import { ClaimSchema, QueuedRequestSchema } from "@palimpsest/proto/fleet";
import { encodeRequest } from "@palimpsest/proto/request-codec";
import { prefixOf, warmReplica } from "../admission/warm-replica.ts";
import { pause } from "../clock.ts";
import { EdgeError } from "../errors.ts";
import type { ClientRequest, Clock } from "../ports.ts";
import type { FleetView } from "./nats-view.ts";

/** NATS counts the subject and headers against its payload limit too. */
const HEADROOM_BYTES = 1024;
const PUBLISH_TIMEOUT_MS = 1_000;
const RETRY_MS = 200;
const STORE_TIMEOUT_MS = 2_000;

/** A request's place in a queue. */
export interface Queued {
  readonly stream: string;
  readonly sequence: number;
}

/** A request that was just put into its queue. */
export interface Enqueued extends Queued {
  readonly queue: Queue;
}

/** Parts of a queued request beside the request itself. */
export interface QueuedOptions {
  /** Unix milliseconds. */
  readonly deadlineMs: number;
  readonly graceMs: number;
}

/** The queued form of a request. @throws EdgeError `payload_too_large` */
export function encodeQueued(link: Link, request: ClientRequest, { deadlineMs, graceMs }: QueuedOptions): Uint8Array {
  const queued = create(QueuedRequestSchema, {
    // The edge knows the places in the queue.
    request: encodeRequest({ ...request, queuePlaces: false }),
    deadlineMs: BigInt(deadlineMs),
    background: request.background ?? false,
    graceMs,
  });
  const bytes = toBinary(QueuedRequestSchema, queued);
  const limit = link.maxPayload - HEADROOM_BYTES;
  if (bytes.length <= limit) return bytes;
  const message = `The request has ${bytes.length} bytes, the fleet accepts ${limit}; send a shorter prompt.`;
  throw new EdgeError("payload_too_large", message);
}

/**
 * Publishes with retries; the message id deduplicates. Subscribe to the response's events first: both use the data
 * connection, so none is missed.
 * @param isWanted false when a failed publish must not be retried any more
 * @throws EdgeError `overloaded` when the class's queue is full, `unavailable` when NATS stays unreachable
 */
export async function enqueue(
  { link, view, clock }: { readonly link: Link; readonly view: FleetView; readonly clock: Clock },
  request: ClientRequest,
  bytes: Uint8Array,
  isWanted: () => boolean,
): Promise<Enqueued> {
  const { model, responseId } = request;
  const needs = capabilitySetFor(request);
  const queue = queueFor(request, view);
  const { stream, subject } = queue;
  const options = { msgID: messageIdOf(responseId), timeout: PUBLISH_TIMEOUT_MS };
  for (;;) {
    try {
      await link.createModel(model);
      const { seq } = await link.js.publish(subject, bytes, options);
      // The named worker looks into the queue first; any other that can take the request may do so later.
      const warm = warmReplica(prefixOf(request), view.loads(model, needs)) ?? "";
      link.tell(wakeSubject(model), new TextEncoder().encode(warm));
      return { stream, sequence: seq, queue };
    } catch (cause) {
      if (isFull(cause)) {
        const retryAfterMs = view.retryAfterMs(model);
        throw new EdgeError("overloaded", "The queue for this model is full; retry later.", { retryAfterMs });
      }
      if (!isWanted()) throw new EdgeError("unavailable", "The request queue is unreachable; retry later.", { cause });
      await pause(clock, RETRY_MS);
    }
  }
}

/** The queue of the request's class and bucket. Workers of the release before look only into plain queues. */
function queueFor(request: ClientRequest, view: FleetView): Queue {
  const { model, priority = "default", cacheScope = "" } = request;
  if (needsOf(request).length === 0 && !view.haveBuckets(model)) return plainQueue(model, priority);
  return queueOf(model, priority, capabilitySetFor(request), bucketOf(cacheScope));
}

/** Records unmet demand for the autoscaler. */
export async function recordDemand(link: Link, model: string): Promise<void> {
  await link.jsm.jetstream().publish(wantedSubject(model), new Uint8Array());
}

/** Stops a response wherever it is: running, queued, or between two workers. */
export async function stopResponse(link: Link, responseId: string, queued: Queued, failure: Failure): Promise<void> {
  await writeTombstone(link.buckets.responses, responseId);
  link.tell(cancelSubject(responseId));
  const claim = create(ClaimSchema, { attempt: 1, replicaId: "edge" });
  if (!(await writeClaim(link.buckets.responses, responseId, undefined, claim))) return;
  // No worker has claimed it: the edge writes its last event and frees its place in the queue.
  const last = errorEvent({ response_id: responseId, attempt: 1, seq: 0 }, failure);
  await append(link.js, link.jsm, last, STORE_TIMEOUT_MS);
  if (await isQueued(link, responseId, queued))
    await link.jsm.streams.deleteMessage(queued.stream, queued.sequence).catch(() => false);
}

/** After data loss a recreated stream reuses sequence numbers, so this compares the message id too. */
export async function isQueued(link: Link, responseId: string, { stream, sequence }: Queued): Promise<boolean> {
  const message = await link.jsm.direct.getMessage(stream, { seq: sequence });
  return message?.header.get("Nats-Msg-Id") === messageIdOf(responseId);
}

function messageIdOf(responseId: string): string {
  return `${responseId}.1`;
}
