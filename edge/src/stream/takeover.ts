/** Continues a response on another replica, after its last commit, when its replica is lost. */
import { committedOf, type EditEvent, type ErrorEvent, failureOf, type GenerateRequest } from "@palimpsest/proto";
import { FRUITLESS_LIMIT, poisonedMessage } from "@palimpsest/proto/poisoned";
import type { Replica } from "../ports.ts";

/**
 * One response's events, whichever replicas generate them. Attempts are numbered from 1; an event that an earlier attempt
 * delivered is not repeated.
 * @param first the replica of the first attempt
 * @param next another replica, which was not tried before; undefined when there is none
 */
export async function* withTakeover(
  unseeded: GenerateRequest,
  signal: AbortSignal,
  first: Replica,
  next: () => Replica | undefined,
): AsyncGenerator<EditEvent, void> {
  const request = withSeed(unseeded);
  const delivered = new Map<string, EditEvent>();
  let replica = first;
  let crashes = 0;
  for (let attempt = 1; ; attempt++) {
    const committed = committedOf([...delivered.values()], request.choices);
    let loss: ErrorEvent | undefined;
    let commits = 0;
    for await (const event of replica.generate({ ...request, attempt, committed }, signal)) {
      if (event.type === "error" && event.code === "unavailable") {
        loss = event;
        break;
      }
      if (event.type !== "draft") {
        if (delivered.has(keyOf(event))) continue;
        delivered.set(keyOf(event), event);
      }
      if (event.type === "commit") commits++;
      yield event;
    }
    if (loss === undefined) return;
    crashes = commits > 0 ? 1 : crashes + 1;
    const successor = signal.aborted ? undefined : next();
    if (successor === undefined) return yield loss;
    if (crashes === FRUITLESS_LIMIT) return yield poisoned(loss, crashes);
    replica = successor;
  }
}

/** The request with a seed if it samples, so that every attempt draws the same tokens. */
export function withSeed<Request extends GenerateRequest>(request: Request): Request {
  if (request.sampling === undefined || request.sampling.seed !== undefined) return request;
  const [seed] = crypto.getRandomValues(new BigUint64Array(1));
  return { ...request, sampling: { ...request.sampling, seed: seed! } };
}

/** Identifies an event that occurs once in a response: a block's commit, a choice's `done`, `open`, `end`. */
function keyOf(event: EditEvent): string {
  return [event.type, "choice" in event && event.choice, "block" in event && event.block].join();
}

function poisoned(loss: ErrorEvent, crashes: number): ErrorEvent {
  return { ...loss, ...failureOf("poisoned", poisonedMessage(crashes, "the same block")) };
}
