/** Estimates how fast a model's queue drains, and from that when a rejected client should retry. */

/** Older samples say little about the current rate. */
const WINDOW_MS = 15_000;
/** Samples that are closer are one: an edge that ends hundreds of responses a second keeps no more of them. */
const SPACING_MS = 100;
/** Time per slot when no response has finished yet. */
const UNKNOWN_WAIT_MS = 2_000;
const MIN_WAIT_MS = 50;
/** A longer estimate is unreliable, and a worker may be added meanwhile. */
const MAX_WAIT_MS = 60_000;

interface Sample {
  readonly atMs: number;
  readonly finished: number;
  readonly running: number;
  /** Time that the replica was busy since its first sample. */
  readonly busyMs: number;
}

export class DrainRate {
  readonly #samples = new Map<string, Sample[]>();
  /** Slots that become free before this time are promised to other clients. */
  #promisedMs = 0;

  /**
   * @param finished responses that the replica has finished since its start
   * @param running sequences that it runs now: an idle replica could not have finished more
   */
  observe(replicaId: string, finished: number, running: number, nowMs: number): void {
    const samples = this.#samples.get(replicaId) ?? [];
    this.#samples.set(replicaId, samples);
    while (samples.length > 0 && nowMs - samples[0]!.atMs > WINDOW_MS) samples.shift();
    const last = samples.at(-1) ?? { atMs: nowMs, finished, running, busyMs: 0 };
    const busy = running > 0 || last.running > 0 || finished > last.finished;
    const sample = { atMs: nowMs, finished, running, busyMs: last.busyMs + (busy ? nowMs - last.atMs : 0) };
    const isClose = samples.length > 1 && last.atMs - samples.at(-2)!.atMs < SPACING_MS;
    samples.splice(isClose ? -1 : samples.length, 1, sample);
  }

  /** Responses per second, summed over the recently seen replicas, counting only the time that each was busy. */
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

  /** Delay before a rejected client should retry. Each call reserves the next free slot. */
  retryAfterMs(nowMs: number): number {
    this.promise(nowMs);
    return Math.round(Math.max(this.#promisedMs - nowMs, MIN_WAIT_MS));
  }

  /** Reserves the next free slot for one rejected client, here or at another edge. */
  promise(nowMs: number): void {
    const rate = this.perSecond(nowMs);
    this.#promisedMs = Math.max(this.#promisedMs, nowMs) + (rate > 0 ? 1000 / rate : UNKNOWN_WAIT_MS);
    this.#promisedMs = Math.min(this.#promisedMs, nowMs + MAX_WAIT_MS);
  }
}
