/** Puts requests into their model's queue, and takes them back. */

import { create, toBinary } from "@bufbuild/protobuf";
import {
  append,
  cancelSubject,
  isFull,
  type Link,
  queueStream,
  queueSubject,
  wakeSubject,
  wantedSubject,
  writeClaim,
  writeTombstone,
} from "@palimpsest/fleet";
import type { ErrorEvent } from "@palimpsest/proto";
import { ClaimSchema, QueuedRequestSchema } from "@palimpsest/proto/fleet";
import { encodeRequest } from "@palimpsest/proto/request-codec";
import { prefixOf, warmReplica } from "../admission/warm-replica.ts";
import { EdgeError } from "../errors.ts";
import type { ClientRequest } from "../ports.ts";
import type { FleetView } from "./nats-view.ts";

/** Subject, headers and the server's own are not the request's, but count against the limit. */
const HEADROOM_BYTES = 1024;
const PUBLISH_TIMEOUT_MS = 1_000;
const RETRY_MS = 200;
const STORE_TIMEOUT_MS = 2_000;

export interface Queued {
  readonly model: string;
  readonly sequence: number;
}

/** The queued form of a request. @throws EdgeError `payload_too_large` */
export function encodeQueued(link: Link, request: ClientRequest, deadlineMs: number): Uint8Array {
  const queued = create(QueuedRequestSchema, {
    request: encodeRequest(request),
    deadlineMs: BigInt(deadlineMs),
    background: request.background ?? false,
  });
  const bytes = toBinary(QueuedRequestSchema, queued);
  const limit = link.maxPayload - HEADROOM_BYTES;
  if (bytes.length <= limit) return bytes;
  const message = `The request has ${bytes.length} bytes and the fleet takes ${limit}; send a shorter prompt.`;
  throw new EdgeError("payload_too_large", message);
}

/**
 * Sends it again until the server has it: the same message id is taken once. It goes over the connection for events, behind
 * the subscriptions for its answer: who has asked for those before misses nothing of it.
 * @throws EdgeError `overloaded` when the class is full, `unavailable` when the server does not answer as long as it is wanted
 */
export async function enqueue(
  link: Link,
  view: FleetView,
  request: ClientRequest,
  bytes: Uint8Array,
  wanted: () => boolean,
): Promise<Queued> {
  const { model, responseId, priority = "default" } = request;
  const options = { msgID: messageIdOf(responseId), timeout: PUBLISH_TIMEOUT_MS };
  for (;;) {
    try {
      await link.createModel(model);
      const { seq } = await link.js.publish(queueSubject(model, priority), bytes, options);
      // Who is named looks first; any other worker takes what is left.
      const warm = warmReplica(prefixOf(request), view.loads(model)) ?? "";
      link.tell(wakeSubject(model), new TextEncoder().encode(warm));
      return { model, sequence: seq };
    } catch (cause) {
      if (isFull(cause)) {
        const retryAfterMs = view.retryAfterMs(model);
        throw new EdgeError("overloaded", "As many requests wait as may; try again in a moment.", { retryAfterMs });
      }
      if (!wanted()) throw new EdgeError("unavailable", "The queue does not answer; try again.", { cause });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Leaves a trace that a replica of the model was wanted. */
export async function leaveWanted(link: Link, model: string): Promise<void> {
  await link.jsm.jetstream().publish(wantedSubject(model), new Uint8Array());
}

/** Stops a response wherever it is: running, waiting, or between two workers. */
export async function stopResponse(
  link: Link,
  responseId: string,
  queued: Queued | undefined,
  failure: Pick<ErrorEvent, "code" | "message" | "retryable">,
): Promise<void> {
  await writeTombstone(link.buckets.responses, responseId);
  link.tell(cancelSubject(responseId));
  const claim = create(ClaimSchema, { attempt: 1, replicaId: "edge" });
  if (!(await writeClaim(link.buckets.responses, responseId, undefined, claim))) return;
  // No worker has it: the end is written here, and the queue gets its place back.
  const head = { v: 1, response_id: responseId, attempt: 1, seq: 0 } as const;
  await append(link.js, link.jsm, { ...head, type: "error", ...failure }, STORE_TIMEOUT_MS);
  if (queued && (await waits(link, responseId, queued)))
    await link.jsm.streams.deleteMessage(queueStream(queued.model), queued.sequence).catch(() => false);
}

/** Whether the request is in its queue. One that was lost with its files and made anew has numbered others since. */
export async function waits(link: Link, responseId: string, { model, sequence }: Queued): Promise<boolean> {
  const message = await link.jsm.direct.getMessage(queueStream(model), { seq: sequence });
  return message?.header.get("Nats-Msg-Id") === messageIdOf(responseId);
}

function messageIdOf(responseId: string): string {
  return `${responseId}.1`;
}
