/**
 * The streams and buckets of a fleet. Edges and workers create them, and recreate those that a server has lost; existing
 * ones are left unchanged. They need no server newer than 2.9.
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
import { classStream, classSubjects, PRIORITIES, plainQueue, plainStream, type Queue } from "./queues.ts";
import { type StoredLimits, storedStreamConfig } from "./stored.ts";
import {
  DRAFT_STREAM,
  EDIT_STREAM,
  MODEL_BUCKET,
  REPLICA_BUCKET,
  RESPONSE_BUCKET,
  wantedStream,
  wantedSubject,
} from "./subjects.ts";

/** The longest request, ten minutes, and the time in which its reader may resume. */
export const LOG_AGE_MS = 20 * 60_000;
/** Drafts are for readers that join while a block is open. */
const DRAFT_AGE_MS = 2 * 60_000;
/** Drafts are kept in the server's memory; beyond this the oldest are dropped. */
const DRAFT_BYTES = 64 * 2 ** 20;
/** A request whose worker is silent for this long is redelivered. */
export const ACK_WAIT_MS = 5_000;
/** Requests of one class that may wait or run, by default. */
export const DEFAULT_QUEUE_LIMIT = 1024;
/** JetStream's own limit. */
export const MAX_STREAM_REPLICAS = 5;
/** A replica that does not refresh its entry for this long is removed. */
export const PRESENCE_TTL_MS = 6_000;
/** Long enough for an autoscaler that polls. */
const WANTED_AGE_MS = 5 * 60_000;

/** Settings of new streams; existing ones keep theirs. */
export interface StreamSettings {
  /** The most requests of one class of a model. */
  readonly queueLimit: number;
  /** Servers of a NATS cluster that hold each stream and bucket. */
  readonly streamReplicas: number;
}

export interface Buckets {
  /** Records, claims, tombstones and idempotency keys. */
  readonly responses: KV;
  readonly replicas: KV;
  readonly models: KV;
}

/** Creates the streams that all models share. @throws when the server is unreachable */
export async function createFleetStreams(jsm: JetStreamManager, { streamReplicas }: StreamSettings): Promise<void> {
  await add(jsm, {
    name: EDIT_STREAM,
    num_replicas: streamReplicas,
    subjects: ["edit.>"],
    storage: StorageType.File,
    // The first commit of a block is kept, a second one rejected.
    max_msgs_per_subject: 1,
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_age: nanos(LOG_AGE_MS),
    allow_direct: true,
  });
  await add(jsm, {
    name: DRAFT_STREAM,
    num_replicas: streamReplicas,
    subjects: ["draft.>"],
    storage: StorageType.Memory,
    max_msgs_per_subject: 1,
    max_bytes: DRAFT_BYTES,
    discard: DiscardPolicy.Old,
    max_age: nanos(DRAFT_AGE_MS),
    allow_direct: true,
  });
}

/** Creates a model's queues, and the record of its unmet demand. */
export async function createModelStreams(
  jsm: JetStreamManager,
  model: string,
  { queueLimit, streamReplicas }: StreamSettings,
): Promise<void> {
  const queue = {
    num_replicas: streamReplicas,
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    allow_direct: true,
  } as const;
  for (const priority of PRIORITIES) {
    const subjects = [classSubjects(model, priority)];
    await add(jsm, { ...queue, name: classStream(model, priority), subjects, max_msgs: queueLimit });
  }
  const plain = PRIORITIES.map((priority) => plainQueue(model, priority));
  await add(jsm, {
    ...queue,
    name: plainStream(model),
    subjects: plain.map(({ subject }) => subject),
    max_msgs_per_subject: queueLimit,
    discard_new_per_subject: true,
  });
  for (const one of plain) await createConsumer(jsm, one);
  const wanted = wantedStream(model);
  await add(jsm, {
    name: wanted,
    num_replicas: streamReplicas,
    subjects: [wantedSubject(model)],
    storage: StorageType.File,
    max_msgs: 1,
    discard: DiscardPolicy.Old,
    max_age: nanos(WANTED_AGE_MS),
  });
  // It is never read: the autoscaler watches its number of pending messages.
  await addConsumer(jsm, wanted, {
    durable_name: "scaler",
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
  });
}

export async function openBuckets(
  jsm: JetStreamManager,
  { streamReplicas: replicas }: StreamSettings,
): Promise<Buckets> {
  const kvm = new Kvm(jsm.jetstream());
  // Of several copies, only the leader's is sure to have what was written (leader-reads.ts).
  const copies = { replicas, allow_direct: replicas === 1 };
  return {
    responses: await kvm.create(RESPONSE_BUCKET, { ...copies, ttl: LOG_AGE_MS, storage: StorageType.File }),
    replicas: await kvm.create(REPLICA_BUCKET, { ...copies, ttl: PRESENCE_TTL_MS, storage: StorageType.Memory }),
    models: await kvm.create(MODEL_BUCKET, { ...copies, storage: StorageType.File }),
  };
}

/** Creates a tenant's stream of stored responses. */
export async function createStoredStream(
  jsm: JetStreamManager,
  tenant: string,
  limits: StoredLimits,
  { streamReplicas }: StreamSettings,
): Promise<void> {
  await add(jsm, { ...storedStreamConfig(tenant, limits), num_replicas: streamReplicas });
}

/** Creates the consumer of a queue: the workers share it. Queues that no key has used have none. */
export async function createConsumer(jsm: JetStreamManager, { stream, subject, consumer }: Queue): Promise<void> {
  await addConsumer(jsm, stream, {
    durable_name: consumer,
    filter_subject: subject,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ACK_WAIT_MS),
    // The default would limit the whole fleet to 1000 running requests.
    max_ack_pending: -1,
  });
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
