/**
 * A count in shared memory that one thread advances while another sleeps until it does. Waking a thread costs most of an
 * exchange, so the one that rings looks first whether the other sleeps.
 */

/** A bell's words. Two cache lines: processors fetch lines in pairs, and threads must not share one for different things. */
export const BELL_WORDS = 32;

/** Words from here on are free for what a ring says: they travel with the count. */
export const BELL_FREE = 2;

const [COUNT, SLEEPS] = [0, 1];

export class Bell {
  readonly #words: Int32Array;

  /** @param words in shared memory, zeros at first */
  constructor(words: Int32Array) {
    this.#words = words;
  }

  get count(): number {
    return Atomics.load(this.#words, COUNT);
  }

  /** Advances the count. What was written before is visible to a thread that sees the new count. */
  ring(): void {
    Atomics.add(this.#words, COUNT, 1);
    // A thread that falls asleep after this look sees the new count and does not sleep.
    if (Atomics.load(this.#words, SLEEPS) === 1) Atomics.notify(this.#words, COUNT);
  }

  /** Wakes the waiting thread without a ring. */
  wake(): void {
    Atomics.notify(this.#words, COUNT);
  }

  /** Blocks this thread until the count is not `seen`, at most for `ms`. */
  wait(seen: number, ms: number): void {
    Atomics.store(this.#words, SLEEPS, 1);
    Atomics.wait(this.#words, COUNT, seen, ms);
    Atomics.store(this.#words, SLEEPS, 0);
  }

  /** Resolves when the count is not `seen`, or at `wake()`. It alone does not keep a thread alive. */
  async changed(seen: number): Promise<void> {
    Atomics.store(this.#words, SLEEPS, 1);
    await Atomics.waitAsync(this.#words, COUNT, seen).value;
    Atomics.store(this.#words, SLEEPS, 0);
  }

  reset(): void {
    Atomics.store(this.#words, SLEEPS, 0);
    Atomics.store(this.#words, COUNT, 0);
  }
}
