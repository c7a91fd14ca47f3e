/**
 * How fast a model's queue empties, and from that when one who was refused should come again. It knows no queue, and of
 * other edges only what they have promised.
 */

/** What happened longer ago says little about now. */
const WINDOW_MS = 15_000;
/** Where nothing was seen to finish yet. */
const UNKNOWN_WAIT_MS = 2_000;
const MIN_WAIT_MS = 50;
/** Beyond it the estimate is worth nothing, and a worker may be added meanwhile. */
const MAX_WAIT_MS = 60_000;

interface Sample {
  readonly atMs: number;
  readonly finished: number;
  readonly running: number;
  /** How long the replica had something to do, since it was first heard of. */
  readonly busyMs: number;
}

export class DrainRate {
  readonly #samples = new Map<string, Sample[]>();
  /** Until when the places that become free are promised to others. */
  #promisedMs = 0;

  /**
   * @param finished responses that the replica has finished since its start
   * @param running sequences that it runs now: when it has none, it could not have finished more
   */
  observe(replicaId: string, finished: number, running: number, nowMs: number): void {
    const samples = (this.#samples.get(replicaId) ?? []).filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
    const last = samples.at(-1) ?? { atMs: nowMs, finished, running, busyMs: 0 };
    const busy = running > 0 || last.running > 0 || finished > last.finished;
    samples.push({ atMs: nowMs, finished, running, busyMs: last.busyMs + (busy ? nowMs - last.atMs : 0) });
    this.#samples.set(replicaId, samples);
  }

  /** Responses a second while there is something to do, by all replicas that were heard of lately. */
  perSecond(nowMs: number): number {
    let rate = 0;
    for (const [replicaId, samples] of this.#samples) {
      const [first, last] = [samples[0]!, samples.at(-1)!];
      if (nowMs - last.atMs > WINDOW_MS) this.#samples.delete(replicaId);
      else if (last.busyMs > first.busyMs) {
        rate += ((last.finished - first.finished) * 1000) / (last.busyMs - first.busyMs);
      }
    }
    return rate;
  }

  /** When to come again: each one who asks gets the next place that will be free. */
  retryAfterMs(nowMs: number): number {
    this.promise(nowMs);
    return Math.round(Math.max(this.#promisedMs - nowMs, MIN_WAIT_MS));
  }

  /** The next place that will be free is somebody's, here or at another edge. */
  promise(nowMs: number): void {
    const rate = this.perSecond(nowMs);
    this.#promisedMs = Math.max(this.#promisedMs, nowMs) + (rate > 0 ? 1000 / rate : UNKNOWN_WAIT_MS);
    this.#promisedMs = Math.min(this.#promisedMs, nowMs + MAX_WAIT_MS);
  }
}
