/** Reads a stream until a signal aborts, without waiting for the stream after that. */

/** Yields until `source` ends or the signal aborts. An item that `source` yields after the abort is dropped. */
export async function* takeUntil<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  const stop = () => resolve(undefined);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    for (;;) {
      const result = await Promise.race([aborted, iterator.next()]);
      if (result === undefined || result.done) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    // Not awaited: a source that is busy ends when it can.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
