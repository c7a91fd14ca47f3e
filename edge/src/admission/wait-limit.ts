/** Limits how long a request waits for a slot at the workers of an edge without a fleet. */
import type { EditEvent } from "@palimpsest/proto";
import { timer } from "../clock.ts";
import { EdgeError } from "../errors.ts";
import type { Clock, Replicas } from "../ports.ts";

export interface WaitLimitOptions {
  readonly clock: Clock;
  readonly limitMs: number;
}

/** The same replicas. A response that has not begun within the limit is cancelled, and fails as `unavailable`. */
export function withWaitLimit(replicas: Replicas, { clock, limitMs }: WaitLimitOptions): Replicas {
  return {
    models: () => replicas.models(),
    ready: () => replicas.ready(),
    async *generate(request, signal): AsyncGenerator<EditEvent, void> {
      const either = new AbortController();
      const abort = () => either.abort(signal.reason);
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
      let isOver = false;
      const limit = timer(clock, limitMs, () => {
        isOver = true;
        either.abort();
      });
      try {
        for await (const event of replicas.generate(request, either.signal)) {
          if (event.type !== "queued") limit[Symbol.dispose]();
          if (isOver) throw unserved(limitMs);
          yield event;
        }
      } finally {
        limit[Symbol.dispose]();
        signal.removeEventListener("abort", abort);
      }
    },
  };
}

function unserved(limitMs: number): EdgeError {
  return new EdgeError("unavailable", `No worker took the request within ${limitMs / 1000} s; retry later.`);
}
