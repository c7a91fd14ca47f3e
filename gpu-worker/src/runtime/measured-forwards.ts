/** A model's forwards, measured: from the times of recent ones follows the time after which a running one hangs. */
import type { ForwardHealth } from "../decoding/forwards.ts";

/** A forward hangs if it takes longer than this, and longer than a multiple of the slowest recent one. */
export const DEFAULT_FORWARD_LIMIT_MS = 30_000;
/** A full batch of long sequences takes longer than one block, and a machine may become busier. */
const SLOWEST_TIMES = 5;
/** Forwards whose times are kept. */
const RECENT = 256;

export class MeasuredForwards implements ForwardHealth {
  failure: string | undefined;
  readonly #floorMs: number;
  readonly #now: () => number;
  /** Times of the recent forwards that succeeded, in a ring. */
  readonly #recentMs: number[] = [];
  #measured = 0;
  #begunMs: number | undefined;

  constructor(floorMs = DEFAULT_FORWARD_LIMIT_MS, now: () => number = () => performance.now()) {
    this.#floorMs = floorMs;
    this.#now = now;
  }

  get runningMs(): number {
    return this.#begunMs === undefined ? 0 : this.#now() - this.#begunMs;
  }

  get limitMs(): number {
    return Math.max(this.#floorMs, SLOWEST_TIMES * Math.max(0, ...this.#recentMs));
  }

  /** Runs a forward, one at a time. A failed one is not a measurement, nor one that hung. */
  async measure<T>(forward: () => Promise<T>): Promise<T> {
    const begunMs = this.#now();
    this.#begunMs = begunMs;
    try {
      const result = await forward();
      const tookMs = this.#now() - begunMs;
      if (this.#measured === 0 || tookMs <= this.limitMs) this.#recentMs[this.#measured++ % RECENT] = tookMs;
      return result;
    } finally {
      this.#begunMs = undefined;
    }
  }
}
