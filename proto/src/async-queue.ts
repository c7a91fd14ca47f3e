/** A queue between a producer that never waits and one reader. Web APIs only, so that browsers can use it too. */

/**
 * Items in the order in which they were pushed, for one reader. Iteration waits for more until the queue is closed; items
 * that were pushed before `close` are still read.
 */
export class AsyncQueue<T> implements AsyncIterable<T> {
  readonly #whenEmpty: () => T | undefined;
  readonly #items: T[] = [];
  readonly #wakeup = new Wakeup();
  #closed = false;
  #failure: unknown;

  /**
   * @param whenEmpty called when no item is left: an item that may be dropped, if there is one. Call `wake` when its answer
   *   has changed
   */
  constructor(whenEmpty: () => T | undefined = () => undefined) {
    this.#whenEmpty = whenEmpty;
  }

  /** Ignored once the queue is closed. */
  push(item: T): void {
    if (this.#closed) return;
    this.#items.push(item);
    this.wake();
  }

  /** Drops all items that were not read. */
  clear(): void {
    this.#items.length = 0;
  }

  /** Ends the iteration after the items that are left; with a failure, the iteration throws it then. */
  close(failure?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failure = failure;
    this.wake();
  }

  /** Has a waiting reader call `whenEmpty` again. */
  wake(): void {
    this.#wakeup.notify();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      // Reset before checking, so that no change is missed.
      this.#wakeup.reset();
      const item = this.#items.length > 0 ? this.#items.shift() : this.#whenEmpty();
      if (item !== undefined) yield item;
      else if (!this.#closed) await this.#wakeup.wait();
      else if (this.#failure === undefined) return;
      else throw this.#failure;
    }
  }
}

/** A flag to wait for: `wait` resolves when `notify` has been called since the last `reset`. */
export class Wakeup {
  #isNotified = false;
  #waiting: PromiseWithResolvers<void> | undefined;

  notify(): void {
    this.#isNotified = true;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  async wait(): Promise<void> {
    if (this.#isNotified) return;
    this.#waiting ??= Promise.withResolvers();
    await this.#waiting.promise;
  }

  reset(): void {
    this.#isNotified = false;
  }
}
