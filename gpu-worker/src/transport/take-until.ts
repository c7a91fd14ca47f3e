/** Reads something as long as a signal allows, and does not wait for it after that. */

/** Yields until `source` ends or the signal aborts, which comes first; what `source` was about to yield then is dropped. */
export async function* until<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, void> {
  const iterator = source[Symbol.asyncIterator]();
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const stop = () => resolve(undefined);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    for (;;) {
      const result = await Promise.race([over, iterator.next()]);
      if (result === undefined || result.done) return;
      yield result.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    // It ends when it can: nobody is interested any more.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}
