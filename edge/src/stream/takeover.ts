/** A response outlives its replica: where one is lost, another goes on behind the last commit. It knows no network. */
import { committedOf, type EditEvent, type ErrorEvent, failureOf, type GenerateRequest } from "@palimpsest/proto";
import { FRUITLESS_LIMIT, poisonedMessage } from "@palimpsest/proto/poisoned";
import type { Replica } from "../ports.ts";

/**
 * One response's events, whoever writes them. Attempts are numbered from 1, and what an earlier one has said is not said again.
 * @param first the replica to begin with
 * @param next another one, which was not lost before; undefined where there is none
 */
export async function* withTakeover(
  asked: GenerateRequest,
  signal: AbortSignal,
  first: Replica,
  next: () => Replica | undefined,
): AsyncGenerator<EditEvent, void> {
  const request = withSeed(asked);
  const said = new Map<string, EditEvent>();
  let replica: Replica | undefined = first;
  let fruitless = 0;
  for (let attempt = 1; ; attempt++) {
    const committed = committedOf([...said.values()], request.choices);
    let loss: ErrorEvent | undefined;
    let commits = 0;
    for await (const event of replica.generate({ ...request, attempt, committed }, signal)) {
      if (event.type === "error" && event.code === "unavailable") {
        loss = event;
        break;
      }
      if (event.type !== "draft") {
        if (said.has(nameOf(event))) continue;
        said.set(nameOf(event), event);
      }
      if (event.type === "commit") commits++;
      yield event;
    }
    if (loss === undefined) return;
    fruitless = commits > 0 ? 1 : fruitless + 1;
    replica = signal.aborted ? undefined : next();
    if (replica === undefined) return yield loss;
    if (fruitless === FRUITLESS_LIMIT) return yield poisoned(loss, fruitless);
  }
}

/** Every replica that goes on with a response must draw what the first one would have drawn. */
export function withSeed<Request extends GenerateRequest>(request: Request): Request {
  if (request.sampling === undefined || request.sampling.seed !== undefined) return request;
  const [seed] = crypto.getRandomValues(new BigUint64Array(1));
  return { ...request, sampling: { ...request.sampling, seed: seed! } };
}

/** One of a kind in a response: of each block the commit, of each choice the end. */
function nameOf(event: EditEvent): string {
  return [event.type, "choice" in event && event.choice, "block" in event && event.block].join();
}

function poisoned(loss: ErrorEvent, lost: number): ErrorEvent {
  return { ...loss, ...failureOf("poisoned", poisonedMessage(lost, "the same block")) };
}
