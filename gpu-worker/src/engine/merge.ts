/** Joins async iterables into one, each item as soon as it is there. */

/** Yields from all sources as they produce; ends when all have ended. Left early or failed, it ends every source. */
export async function* merge<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T, void, void> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
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
    const left = [...pending.keys()];
    await Promise.allSettled(left.map((index) => iterators[index]?.return?.()));
  }
}
