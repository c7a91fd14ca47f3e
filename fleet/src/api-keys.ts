/** The buckets of API keys: their descriptions, and what they have used. Workers do not read them. */
import { type JetStreamManager, StorageType } from "@nats-io/jetstream";
import { type KV, Kvm } from "@nats-io/kv";
import type { StreamSettings } from "./streams.ts";
import { KEY_BUCKET, USAGE_BUCKET } from "./subjects.ts";

export interface KeyBuckets {
  /** Descriptions in JSON, by id. */
  readonly keys: KV;
  /** Counters, by id. */
  readonly usage: KV;
}

export interface KeyChange {
  readonly id: string;
  /** Undefined if the key was deleted. */
  readonly text: string | undefined;
  /** Changes are numbered in their order. */
  readonly seq: number;
}

/** Creates the buckets, unless they are there. @throws when the server is unreachable */
export async function openKeyBuckets(
  jsm: JetStreamManager,
  { streamReplicas: replicas }: Pick<StreamSettings, "streamReplicas">,
): Promise<KeyBuckets> {
  const kvm = new Kvm(jsm.jetstream());
  const settings = { replicas, allow_direct: replicas === 1, storage: StorageType.File };
  return { keys: await kvm.create(KEY_BUCKET, settings), usage: await kvm.create(USAGE_BUCKET, settings) };
}

/** The changes of keys behind this one, each key's latest. 0 for all. */
export async function readKeyChanges(jsm: JetStreamManager, after: number): Promise<KeyChange[]> {
  const changes: KeyChange[] = [];
  const prefix = `$KV.${KEY_BUCKET}.`;
  for (let seq = after + 1; ; ) {
    const message = await jsm.direct.getMessage(`KV_${KEY_BUCKET}`, { seq, next_by_subj: `${prefix}>` });
    if (message === null) return changes;
    const isDeleted = message.header?.get("KV-Operation") !== "";
    const text = isDeleted ? undefined : new TextDecoder().decode(message.data);
    changes.push({ id: message.subject.slice(prefix.length), text, seq: message.seq });
    seq = message.seq + 1;
  }
}
