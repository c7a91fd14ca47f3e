/** A bucket of keys about responses: their records, claims, cancellations and idempotency keys. */
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import type { KV } from "@nats-io/kv";
import {
  type Claim,
  ClaimSchema,
  type IdempotencyRecord,
  IdempotencyRecordSchema,
  type ResponseRecord,
  ResponseRecordSchema,
} from "@palimpsest/proto/fleet";
import { isOvertaken } from "./jetstream-errors.ts";

export interface HeldClaim {
  readonly claim: Claim;
  readonly revision: number;
}

export async function writeRecord(bucket: KV, responseId: string, record: ResponseRecord): Promise<void> {
  await bucket.put(`record.${responseId}`, toBinary(ResponseRecordSchema, record));
}

export async function readRecord(bucket: KV, responseId: string): Promise<ResponseRecord | undefined> {
  const entry = await bucket.get(`record.${responseId}`);
  return entry === null ? undefined : parse(ResponseRecordSchema, entry.value);
}

/** A response's claim. One that cannot be parsed reads as empty, and is replaced. */
export async function readClaim(bucket: KV, responseId: string): Promise<HeldClaim | undefined> {
  const entry = await bucket.get(`claim.${responseId}`);
  if (entry === null) return undefined;
  return { claim: parse(ClaimSchema, entry.value) ?? create(ClaimSchema), revision: entry.revision };
}

/** Replaces the claim that was read, or creates the first. False when another replica was faster. */
export async function writeClaim(
  bucket: KV,
  responseId: string,
  before: HeldClaim | undefined,
  claim: Claim,
): Promise<boolean> {
  const key = `claim.${responseId}`;
  const bytes = toBinary(ClaimSchema, claim);
  return wins(before === undefined ? bucket.create(key, bytes) : bucket.update(key, bytes, before.revision));
}

/** Marks a response as cancelled, for workers that pull its request later. */
export async function writeTombstone(bucket: KV, responseId: string): Promise<void> {
  await bucket.put(`cancelled.${responseId}`, new Uint8Array());
}

export async function isCancelled(bucket: KV, responseId: string): Promise<boolean> {
  return (await bucket.get(`cancelled.${responseId}`)) !== null;
}

/**
 * Claims a key for this request. Returns the record of the earlier request, if there is one.
 * @param isFree whether the earlier request no longer needs its key
 */
export async function claimKey(
  bucket: KV,
  key: string,
  record: IdempotencyRecord,
  isFree: (earlier: IdempotencyRecord) => Promise<boolean>,
): Promise<IdempotencyRecord | undefined> {
  const name = `idempotency.${key}`;
  const bytes = toBinary(IdempotencyRecordSchema, record);
  for (;;) {
    if (await wins(bucket.create(name, bytes))) return undefined;
    const entry = await bucket.get(name);
    if (entry === null) continue;
    const known = parse(IdempotencyRecordSchema, entry.value);
    if (known !== undefined && !(await isFree(known))) return known;
    if (await wins(bucket.update(name, bytes, entry.revision))) return undefined;
  }
}

/** Releases a key whose request was not accepted. */
export async function releaseKey(bucket: KV, key: string): Promise<void> {
  await bucket.delete(`idempotency.${key}`);
}

/** Undefined for bytes that are no such message, which may have been written by mistake. */
function parse<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> | undefined {
  try {
    return fromBinary(schema, bytes);
  } catch {
    return undefined;
  }
}

async function wins(written: Promise<unknown>): Promise<boolean> {
  try {
    await written;
    return true;
  } catch (error) {
    if (isOvertaken(error)) return false;
    throw error;
  }
}
