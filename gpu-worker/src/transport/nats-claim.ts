/** The right to write a response's log, and what is in it: where an attempt begins. It knows no engine. */
import { create } from "@bufbuild/protobuf";
import type { JetStreamManager } from "@nats-io/jetstream";
import { type Buckets, type HeldClaim, readClaim, readLog, writeClaim } from "@palimpsest/fleet";
import type { EditEvent } from "@palimpsest/proto";
import { type Claim, ClaimSchema } from "@palimpsest/proto/fleet";

export interface Attempt {
  readonly attempt: number;
  /** What earlier attempts have written, in order. */
  readonly log: readonly EditEvent[];
  /** Blocks of all choices that are committed in it. */
  readonly committedBlocks: number;
  /** How many in a row began where this one begins, this one included. */
  readonly fruitless: number;
}

export interface Registry {
  readonly jsm: JetStreamManager;
  readonly buckets: Buckets;
}

/** Takes the next attempt of a response. Undefined when it has ended. @throws when the server does not answer */
export async function claimAttempt(
  { jsm, buckets }: Registry,
  responseId: string,
  replicaId: string,
): Promise<Attempt | undefined> {
  for (;;) {
    const log = await readLog(jsm, responseId);
    if (log.some(({ type }) => type === "end" || type === "error")) return undefined;
    const before = await readClaim(buckets.responses, responseId);
    const committedBlocks = log.filter(({ type }) => type === "commit").length;
    const attempt = Math.max(before?.claim.attempt ?? 0, ...log.map((event) => event.attempt)) + 1;
    const fruitless = stuckAt(before?.claim, committedBlocks) + 1;
    const claim = create(ClaimSchema, { attempt, replicaId, committedBlocks, fruitlessAttempts: fruitless });
    if (await writeClaim(buckets.responses, responseId, before, claim))
      return { attempt, log, committedBlocks, fruitless };
  }
}

/** Attempts in a row that were lost at this number of blocks. One that was handed over was not lost. */
function stuckAt(before: Claim | undefined, blocks: number): number {
  if (before === undefined || before.committedBlocks !== blocks || before.released) return 0;
  return before.fruitlessAttempts;
}

/** Whether the attempt is still this replica's to write. A claim that went with the server's memory is made again. */
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

/** The attempts in a row that came to nothing by now, this one of this replica included; 0 when it is another's. */
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
 * Says that an attempt ended without harm to its replica: it was handed over, or lost by a replica that was only away. It is
 * not counted as lost, by whoever comes next or has come already.
 * @returns whether nobody else has the response
 */
export async function releaseAttempt(
  { buckets }: Registry,
  responseId: string,
  replicaId: string,
  { attempt, committedBlocks }: Attempt,
): Promise<boolean> {
  for (;;) {
    const held = await readClaim(buckets.responses, responseId);
    if (held === undefined) return true;
    const { claim } = held;
    const counted = claim.committedBlocks === committedBlocks && claim.fruitlessAttempts > 1;
    const mine = owns(held, replicaId, attempt);
    if (!mine && !counted) return false;
    const change = mine ? { released: true } : { fruitlessAttempts: claim.fruitlessAttempts - 1 };
    if (await writeClaim(buckets.responses, responseId, held, { ...claim, ...change })) return mine;
  }
}

function owns({ claim }: HeldClaim, replicaId: string, attempt: number): boolean {
  return claim.attempt === attempt && claim.replicaId === replicaId;
}
