/** The right to write a response's log, as a key that replicas compare and set, and the log that an attempt starts from. */
import { create } from "@bufbuild/protobuf";
import type { JetStreamManager } from "@nats-io/jetstream";
import { type Buckets, type HeldClaim, readClaim, readLog, writeClaim } from "@palimpsest/fleet";
import type { EditEvent } from "@palimpsest/proto";
import { ClaimSchema } from "@palimpsest/proto/fleet";
import { countAttempt } from "@palimpsest/proto/poisoned";

export interface ClaimedAttempt {
  readonly attempt: number;
  /** The events of earlier attempts, in order. */
  readonly log: readonly EditEvent[];
  /** Committed blocks of all choices in the log. */
  readonly committedBlocks: number;
  /** The attempt's number among those that began at the same block, from 1. */
  readonly fruitless: number;
}

export interface Registry {
  readonly jsm: JetStreamManager;
  readonly buckets: Buckets;
}

/** Claims the next attempt at a response. Undefined when the response has ended. @throws when the server does not answer */
export async function claimAttempt(
  { jsm, buckets }: Registry,
  responseId: string,
  replicaId: string,
): Promise<ClaimedAttempt | undefined> {
  for (;;) {
    const log = await readLog(jsm, responseId);
    if (log.some(({ type }) => type === "end" || type === "error")) return undefined;
    const before = await readClaim(buckets.responses, responseId);
    const committedBlocks = log.filter(({ type }) => type === "commit").length;
    const attempt = Math.max(before?.claim.attempt ?? 0, ...log.map((event) => event.attempt)) + 1;
    const fruitless = countAttempt(before?.claim, committedBlocks);
    const claim = create(ClaimSchema, { attempt, replicaId, committedBlocks, fruitlessAttempts: fruitless });
    if (await writeClaim(buckets.responses, responseId, before, claim))
      return { attempt, log, committedBlocks, fruitless };
  }
}

/** Whether this replica may still write the attempt. If the server lost the claim with its memory, it is recreated. */
export async function holdsAttempt(
  { buckets }: Registry,
  responseId: string,
  replicaId: string,
  attempt: number,
): Promise<boolean> {
  const held = await readClaim(buckets.responses, responseId);
  if (held !== undefined) return owns(held, replicaId, attempt);
  return writeClaim(buckets.responses, responseId, undefined, create(ClaimSchema, { attempt, replicaId }));
}

/** The attempt's number among those that began at the same block, as the claim has it now; 0 when another replica holds the claim. */
export async function countFruitless(
  { buckets }: Registry,
  responseId: string,
  replicaId: string,
  attempt: number,
): Promise<number> {
  const held = await readClaim(buckets.responses, responseId);
  return held !== undefined && owns(held, replicaId, attempt) ? held.claim.fruitlessAttempts : 0;
}

/**
 * Notes that an attempt ended without a crash: it was handed over, or its replica was only unreachable. It no longer counts
 * as fruitless, also in the claim of a replica that continued meanwhile.
 * @returns whether this replica still holds the claim, or no replica does
 */
export async function releaseAttempt(
  { buckets }: Registry,
  responseId: string,
  replicaId: string,
  { attempt, committedBlocks }: ClaimedAttempt,
): Promise<boolean> {
  for (;;) {
    const held = await readClaim(buckets.responses, responseId);
    if (held === undefined) return true;
    const { claim } = held;
    const counted = claim.committedBlocks === committedBlocks && claim.fruitlessAttempts > 1;
    const isOwn = owns(held, replicaId, attempt);
    if (!isOwn && !counted) return false;
    const change = isOwn ? { released: true } : { fruitlessAttempts: claim.fruitlessAttempts - 1 };
    if (await writeClaim(buckets.responses, responseId, held, { ...claim, ...change })) return isOwn;
  }
}

function owns({ claim }: HeldClaim, replicaId: string, attempt: number): boolean {
  return claim.attempt === attempt && claim.replicaId === replicaId;
}
