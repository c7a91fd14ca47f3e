/** Slows a stream down for the eye. Its source is still read at full speed. */
import { AsyncQueue } from "@palimpsest/proto/async-queue";

/** The source's items, each followed by a pause of `holdMs(item)`. Throws what the source throws, after its items. */
export async function* paced<T>(source: AsyncIterable<T>, holdMs: (item: T) => number): AsyncGenerator<T, void> {
  const queue = new AsyncQueue<T>();
  void (async () => {
    for await (const item of source) queue.push(item);
  })().then(
    () => queue.close(),
    (error) => queue.close(error),
  );
  for await (const item of queue) {
    yield item;
    await new Promise((resolve) => setTimeout(resolve, holdMs(item)));
  }
}
