/** Time and its limits. The clock is an argument, so that tests bring their own. */

export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Milliseconds since 1970, in which other machines give their deadlines. It may jump. */
  date(): number;
  /** Calls `ring` once after `ms`, unless it is disposed before. */
  timer(ms: number, ring: () => void): Disposable;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
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

/** The promise's result, or undefined after `ms`. @throws what the promise throws in time */
export async function within<T>(promise: Promise<T>, ms: number, clock = systemClock): Promise<T | undefined> {
  const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
  // If this thread was busy, a result may have arrived in the meantime: it comes first.
  using _timer = clock.timer(ms, () => setImmediate(resolve, undefined));
  return await Promise.race([promise, timeout]);
}

/** A signal that aborts with `deadlineError` after `ms`, unless it is disposed before. */
export function deadline(ms: number, clock: Clock): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const timer = clock.timer(Math.max(0, ms), () => controller.abort(deadlineError()));
  return { signal: controller.signal, [Symbol.dispose]: () => timer[Symbol.dispose]() };
}

/** The abort reason of a passed deadline. */
export function deadlineError(): DOMException {
  return new DOMException("the deadline has passed", "TimeoutError");
}

/** True if a deadline aborted the signal, and not a client. */
export function isPastDeadline({ reason }: AbortSignal): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

/** Calls `act` every `ms`, counted from the end of the call before. Failures go to `onError` and do not end it. */
export function every(
  clock: Clock,
  ms: number,
  act: () => Promise<void>,
  onError: (error: unknown) => void,
): Disposable {
  let timer: Disposable;
  let ended = false;
  const ring = async () => {
    await act().catch(onError);
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
