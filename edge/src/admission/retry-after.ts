/** Tells rejected clients when to send their requests again, from how fast the responses of this edge end. */
import type { EditEvent } from "@palimpsest/proto";
import { EdgeError, errorOf } from "../errors.ts";
import type { Clock, Replicas } from "../ports.ts";
import { DrainRate } from "./drain-rate.ts";

/** About the time in which an edge reaches a worker again, or finds that another one serves. */
const UNREACHABLE_MS = 1_000;

interface ModelPace {
  readonly rate: DrainRate;
  running: number;
  finished: number;
}

/** The same replicas. A response that is rejected before it begins fails with `retryAfterMs`. */
export function withRetryAfter(replicas: Replicas, clock: Clock): Replicas {
  const paces = new Map<string, ModelPace>();
  const observe = (model: string, change: { running: number; finished: number }) => {
    const pace = paces.get(model) ?? { rate: new DrainRate(), running: 0, finished: 0 };
    paces.set(model, pace);
    pace.running += change.running;
    pace.finished += change.finished;
    pace.rate.observe(model, pace.finished, pace.running, clock.monotonic());
  };
  const withDelay = (error: unknown, model: string): unknown => {
    if (!(error instanceof EdgeError) || error.retryAfterMs !== undefined) return error;
    const { code, message } = error;
    const param = error.param ?? undefined;
    if (code === "unavailable") return new EdgeError(code, message, { param, retryAfterMs: UNREACHABLE_MS });
    if (code !== "overloaded") return error;
    const rate = paces.get(model)?.rate ?? new DrainRate();
    return new EdgeError(code, message, { param, retryAfterMs: rate.retryAfterMs(clock.monotonic()) });
  };

  return {
    models: () => replicas.models(),
    ready: () => replicas.ready(),
    async *generate(request, signal): AsyncGenerator<EditEvent, void> {
      const { model } = request;
      const events = replicas.generate(request, signal)[Symbol.asyncIterator]();
      let ended = false;
      const first = await beginning(events).catch((error) => {
        throw withDelay(error, model);
      });
      observe(model, { running: 1, finished: 0 });
      try {
        for (let next = first; !next.done; next = await events.next()) {
          ended = next.value.type === "end";
          yield next.value;
        }
      } finally {
        observe(model, { running: -1, finished: ended ? 1 : 0 });
        await events.return?.();
      }
    },
  };
}

/** The first event. @throws EdgeError if it is an error */
async function beginning(events: AsyncIterator<EditEvent>): Promise<IteratorResult<EditEvent, void>> {
  const first = await events.next();
  if (first.done || first.value.type !== "error") return first;
  await events.return?.();
  throw errorOf(first.value);
}
