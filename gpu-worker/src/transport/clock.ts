/** Time, as an argument: tests bring their own. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls `ring` once after `ms`, unless it is disposed before. */
  timer(ms: number, ring: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  timer(ms, ring) {
    const timer = setTimeout(ring, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
