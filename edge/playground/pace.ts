/** Slows a stream down for the eye, not for its sender: what arrives early waits here. */

/** The source's items, each shown for at least the time that `holdMs` gives it. */
export async function* paced<T>(source: AsyncIterable<T>, holdMs: (item: T) => number): AsyncGenerator<T, void> {
  const arrived: T[] = [];
  let ended = false;
  let wake = () => {};
  const reading = (async () => {
    for await (const item of source) {
      arrived.push(item);
      wake();
    }
  })().finally(() => {
    ended = true;
    wake();
  });
  // A failure is thrown below, after what arrived before it.
  reading.catch(() => {});
  for (;;) {
    const item = arrived.shift();
    if (item !== undefined) {
      yield item;
      await new Promise((resolve) => setTimeout(resolve, holdMs(item)));
    } else if (ended) return reading;
    else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}
