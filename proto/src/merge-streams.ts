/**
 * Merges async iterables into one: starts every source and yields each item as soon as it is there, until all have ended. If a
 * source fails or the reader returns, the signal that the sources were started with aborts.
 */
export async function* mergeStreams<T>(
  starts: readonly ((signal: AbortSignal) => AsyncIterable<T>)[],
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  const group = new AbortController();
  const either = AbortSignal.any([signal, group.signal]);
  const iterators = starts.map((start) => start(either)[Symbol.asyncIterator]());
  const pull = async (index: number) => ({ index, result: await (iterators[index] as AsyncIterator<T>).next() });
  const pending = new Map(iterators.map((_, index) => [index, pull(index)]));
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      if (result.done) {
        pending.delete(index);
        continue;
      }
      pending.set(index, pull(index));
      yield result.value;
    }
  } finally {
    group.abort();
    await Promise.allSettled(pending.values());
    await Promise.allSettled([...pending.keys()].map((index) => iterators[index]?.return?.()));
  }
}
