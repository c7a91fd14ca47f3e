/**
 * The streams and buckets of a fleet. Edges and workers alike create them, and again after a server came back without
 * them; what is there stays as it is. Nothing in them needs a server newer than 2.9.
 */
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import { nanos } from "@nats-io/nats-core";
import {
  DRAFT_STREAM,
  EDIT_STREAM,
  MODEL_BUCKET,
  PRIORITIES,
  queueStream,
  queueSubject,
  REPLICA_BUCKET,
  RESPONSE_BUCKET,
  wantedStream,
  wantedSubject,
} from "./subjects.ts";

/** A log outlives the longest request, ten minutes, by the time in which its reader may come back. */
export const LOG_AGE_MS = 20 * 60_000;
/** Drafts are for whoever joins now. */
const DRAFT_AGE_MS = 2 * 60_000;
/** Drafts live in the server's memory: beyond this the oldest go. */
const DRAFT_BYTES = 64 * 2 ** 20;
/** A running request whose worker says nothing for so long is given to another. */
export const ACK_WAIT_MS = 5_000;
/** Requests of one class that may wait or run, unless the operator says otherwise. */
export const DEFAULT_QUEUE_LIMIT = 1024;
/** A replica that does not refresh its entry for so long is gone. */
export const PRESENCE_TTL_MS = 6_000;
/** An autoscaler that polls must still see who was wanted. */
const WANTED_AGE_MS = 5 * 60_000;

export interface Buckets {
  /** Records, claims, tombstones and idempotency keys. */
  readonly responses: KV;
  readonly replicas: KV;
  readonly models: KV;
}

/** What every model shares. @throws when the server cannot be reached */
export async function createFleetStreams(jsm: JetStreamManager): Promise<void> {
  await add(jsm, {
    name: EDIT_STREAM,
    subjects: ["edit.>"],
    storage: StorageType.File,
    // The first commit of a block stands: whoever writes a second one is refused.
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_age: nanos(LOG_AGE_MS),
    allow_direct: true,
  });
  await add(jsm, {
    name: DRAFT_STREAM,
    subjects: ["draft.>"],
    storage: StorageType.Memory,
    max_msgs_per_subject: 1,
    max_bytes: DRAFT_BYTES,
    discard: DiscardPolicy.Old,
    max_age: nanos(DRAFT_AGE_MS),
    allow_direct: true,
  });
}

/** The queue of a model and the trace of those who waited in vain. */
export async function createModelStreams(jsm: JetStreamManager, model: string, queueLimit: number): Promise<void> {
  const queue = queueStream(model);
  await add(jsm, {
    name: queue,
    subjects: PRIORITIES.map((priority) => queueSubject(model, priority)),
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
    max_msgs_per_subject: queueLimit,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    allow_direct: true,
  });
  for (const priority of PRIORITIES) {
    await addConsumer(jsm, queue, {
      durable_name: priority,
      filter_subject: queueSubject(model, priority),
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_WAIT_MS),
      // The default would let 1000 requests run in the whole fleet.
      max_ack_pending: -1,
    });
  }
  const wanted = wantedStream(model);
  await add(jsm, {
    name: wanted,
    subjects: [wantedSubject(model)],
    storage: StorageType.File,
    max_msgs: 1,
    discard: DiscardPolicy.Old,
    max_age: nanos(WANTED_AGE_MS),
  });
  // Nobody reads it: what it has pending is what the autoscaler looks at.
  await addConsumer(jsm, wanted, {
    durable_name: "scaler",
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
  });
}

export async function openBuckets(jsm: JetStreamManager): Promise<Buckets> {
  const kvm = new Kvm(jsm.jetstream());
  return {
    responses: await kvm.create(RESPONSE_BUCKET, { ttl: LOG_AGE_MS, storage: StorageType.File }),
    replicas: await kvm.create(REPLICA_BUCKET, { ttl: PRESENCE_TTL_MS, storage: StorageType.Memory }),
    models: await kvm.create(MODEL_BUCKET, { storage: StorageType.File }),
  };
}

const ALREADY_THERE = [
  10058, // stream name already in use with a different configuration
  10013, // consumer name already in use
  10148, // consumer already exists
];

async function add(jsm: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  await unlessThere(jsm.streams.add(config));
}

async function addConsumer(jsm: JetStreamManager, stream: string, config: Partial<ConsumerConfig>): Promise<void> {
  await unlessThere(jsm.consumers.add(stream, config));
}

async function unlessThere(added: Promise<unknown>): Promise<void> {
  try {
    await added;
  } catch (error) {
    if (!(error instanceof JetStreamApiError && ALREADY_THERE.includes(error.code))) throw error;
  }
}
