/** One at a time, first come, first served. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Waits for its turn, which lasts until it is disposed. @throws the signal's reason when it aborts first */
  async take(signal: AbortSignal): Promise<Disposable> {
    const before = this.#last;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    this.#last = ended;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([before, aborted]);
    } catch (error) {
      // Whoever came after it waits for those before it.
      void before.then(end);
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    return { [Symbol.dispose]: end };
  }
}
