/** Continues a response on another replica, after its last commit, when its replica is lost, leaves or is full. */
import {
  committedOf,
  type EditEvent,
  errorEvent,
  type Failure,
  failureOf,
  type GenerateRequest,
} from "@palimpsest/proto";
import { countAttempt, type PastAttempt, poisoning } from "@palimpsest/proto/poisoned";
import type { Clock, Replica, ReplicaEvent } from "../ports.ts";

/** Delay before full replicas are tried again; it doubles up to the limit. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2_000;

/** The replicas that a response may use, one at a time. */
export interface Successors {
  /** A ready replica that was not tried in this round; undefined when there is none. */
  next(): Replica | undefined;
  /** Begins a round, in which every replica may be tried again, except the one given. */
  restart(except?: Replica): void;
}

export interface TakeoverOptions {
  /** The replica of the first attempt. */
  readonly first: Replica;
  readonly successors: Successors;
  readonly clock: Clock;
  /** Unix milliseconds: the limit for all attempts together. */
  readonly deadlineMs: number;
}

/**
 * One response's events, whichever replicas generate them. Attempts are numbered from 1; an event that an earlier attempt
 * delivered is not repeated. A response that has begun waits for a slot when all ready replicas are full.
 */
export async function* withTakeover(
  unseeded: GenerateRequest,
  { first, successors, clock, deadlineMs }: TakeoverOptions,
  signal: AbortSignal,
): AsyncGenerator<EditEvent, void> {
  const request = withSeed(unseeded);
  const delivered = new Map<string, EditEvent>();
  let replica = first;
  let past: PastAttempt | undefined;
  let isFull = false;
  let waitMs = FIRST_WAIT_MS;
  for (let attempt = 1; ; attempt++) {
    const committedBlocks = commitsIn(delivered);
    const committed = committedOf([...delivered.values()], request.choices);
    const events = replica.generate({ ...request, attempt, committed }, deadlineMs, signal);
    const departure = yield* deliver(events, delivered);
    if (departure === undefined) return;
    const { failure, crashed, seq } = departure;
    const fail = (reason: Failure) => errorEvent({ response_id: request.responseId, attempt, seq }, reason);

    past = { committedBlocks, fruitlessAttempts: countAttempt(past, committedBlocks), released: !crashed };
    const blocks = commitsIn(delivered);
    const poisoned = poisoning(countAttempt(past, blocks), blocks);
    if (poisoned) return yield fail(poisoned);

    if (blocks > committedBlocks) {
      // Replicas that left during earlier blocks may be back.
      successors.restart(replica);
      [isFull, waitMs] = [false, FIRST_WAIT_MS];
    }
    isFull ||= failure.code === "overloaded";
    let successor = signal.aborted ? undefined : successors.next();
    while (successor === undefined) {
      // A response that has not begun is rejected, and its client tries again.
      if (signal.aborted || !isFull || delivered.size === 0) return yield fail(failure);
      const leftMs = Math.max(0, deadlineMs - clock.now());
      await clock.sleep(Math.min(waitMs, leftMs), signal).catch(() => {});
      if (signal.aborted) return yield fail(CANCELLED);
      if (leftMs <= waitMs) return yield fail(TOO_LATE);
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      successors.restart();
      successor = successors.next();
    }
    replica = successor;
  }
}

/** The request with a seed if it samples, so that every attempt draws the same tokens. */
export function withSeed<Request extends GenerateRequest>(request: Request): Request {
  if (request.sampling === undefined || request.sampling.seed !== undefined) return request;
  const [seed] = crypto.getRandomValues(new BigUint64Array(1));
  return { ...request, sampling: { ...request.sampling, seed: seed! } };
}

const LOST = failureOf("unavailable", "The worker crashed or became unreachable; send the request again.");
const CANCELLED = failureOf("cancelled", "The request was cancelled.");
const TOO_LATE = failureOf("deadline_exceeded", "No worker had a free slot before the server's request limit.");

/** Why another replica is to continue. */
interface Departure {
  readonly failure: Failure;
  readonly crashed: boolean;
  /** The next `seq` of the attempt. */
  readonly seq: number;
}

/** The events that are new to the client, which join `delivered`. Returns why another replica is to continue, if it is. */
async function* deliver(
  events: AsyncIterable<ReplicaEvent>,
  delivered: Map<string, EditEvent>,
): AsyncGenerator<EditEvent, Departure | undefined> {
  let seq = 0;
  for await (const event of events) {
    if (event.type === "lost") return { failure: LOST, crashed: event.crashed, seq };
    if (event.type === "queued") {
      yield event;
      continue;
    }
    // A replica that drains, lacks a rank or is full says so: it did not crash.
    if (event.type === "error" && (event.code === "unavailable" || event.code === "overloaded"))
      return { failure: failureOf(event.code, event.message), crashed: false, seq };
    seq = event.seq + 1;
    if (event.type !== "draft") {
      if (delivered.has(keyOf(event))) continue;
      delivered.set(keyOf(event), event);
    }
    yield event;
  }
  return undefined;
}

function commitsIn(delivered: ReadonlyMap<string, EditEvent>): number {
  return [...delivered.values()].filter(({ type }) => type === "commit").length;
}

/** Identifies an event that occurs once in a response: a block's commit, a choice's `done`, `open`, `end`. */
function keyOf(event: EditEvent): string {
  return `${event.type},${"choice" in event && event.choice},${"block" in event && event.block}`;
}
