/** The results of a simulation. */
import { HOT_TENANT } from "./trace.ts";

export interface Observation {
  readonly atMs: number;
  /** Sequences, as the autoscaler sees them. */
  readonly demand: number;
  /** Replicas that serve. */
  readonly serving: number;
  /** Replicas that exist, those included that start or are lost. */
  readonly pods: number;
}

/** Observations are kept at this interval. */
const KEPT_MS = 10_000;

export class Outcome {
  /** Answers of a full queue. */
  rejected = 0;
  /** Requests that no worker took in time. */
  unserved = 0;
  /** Requests that the client sent as often as it does, in vain. */
  failed = 0;
  /** Requests that wait at the end. */
  waiting = 0;
  replicaMs = 0;
  readonly observations: Observation[] = [];
  readonly #waits = new Samples();
  readonly #hotWaits = new Samples();

  /** Milliseconds from a request's first sending to its start in an engine, sorted; of all tenants but the hot one. */
  get waits(): Float64Array {
    return this.#waits.sorted();
  }

  /** Those of the hot tenant. */
  get hotWaits(): Float64Array {
    return this.#hotWaits.sorted();
  }

  started(tenant: string, waitMs: number): void {
    (tenant === HOT_TENANT ? this.#hotWaits : this.#waits).add(waitMs);
  }

  /** Adds the time that a replica was there. */
  paid(ms: number): void {
    this.replicaMs += ms;
  }

  observe(atMs: number, observed: Omit<Observation, "atMs">): void {
    const { atMs: last = Number.NEGATIVE_INFINITY } = this.observations.at(-1) ?? {};
    if (atMs - last >= KEPT_MS) this.observations.push({ atMs, ...observed });
  }
}

class Samples {
  #values = new Float64Array(1_024);
  #count = 0;

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#count++] = value;
  }

  sorted(): Float64Array {
    return this.#values.slice(0, this.#count).sort();
  }
}

/** Of sorted values; NaN if there are none. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
