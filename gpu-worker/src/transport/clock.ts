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

/** Resolves after `ms`, or when the signal aborts. */
export async function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  using _timer = clock.timer(ms, resolve);
  const stop = () => resolve();
  signal?.addEventListener("abort", stop, { once: true });
  await promise;
  signal?.removeEventListener("abort", stop);
}

/** Acts every `ms`, the next time after the last is done; a failure is told and the next time comes all the same. */
export function every(
  clock: Clock,
  ms: number,
  act: () => Promise<void>,
  failed: (error: unknown) => void,
): Disposable {
  let timer: Disposable;
  let ended = false;
  const ring = async () => {
    await act().catch(failed);
    if (!ended) timer = clock.timer(ms, ring);
  };
  timer = clock.timer(ms, ring);
  return {
    [Symbol.dispose]() {
      ended = true;
      timer[Symbol.dispose]();
    },
  };
}
