/**
 * Which prefills run now. A forward that running sequences wait for has so many blocks of prompts at most; they come in the
 * order of arrival. Of prompts that go on with the same block one makes it, and the others find it.
 */

/** Blocks of prompts in a forward at most: what a running sequence may have to wait for. */
export const PREFILL_BLOCKS = 8;

/** What a prefill runs next. */
export interface PrefillTurn {
  /** At most PREFILL_BLOCKS. */
  readonly blocks: number;
  /** The first of them. Absent: nobody else can use it. */
  readonly key?: string | undefined;
}

interface Waiter extends PrefillTurn {
  readonly start: () => void;
}

export class Prefills {
  readonly #running = new Set<PrefillTurn>();
  readonly #waiters: Waiter[] = [];

  /** Waits for its turn, which lasts until it is disposed. @throws the signal's reason when it aborts first */
  take(turn: PrefillTurn, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const onAbort = (): void => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      reject(signal.reason);
      this.#serve();
    };
    const waiter: Waiter = {
      ...turn,
      start: () => {
        signal.removeEventListener("abort", onAbort);
        resolve({ [Symbol.dispose]: () => this.#running.delete(waiter) && this.#serve() });
      },
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiters.push(waiter);
    this.#serve();
    return promise;
  }

  #serve(): void {
    for (const waiter of [...this.#waiters]) {
      const running = [...this.#running];
      if (waiter.key !== undefined && running.some(({ key }) => key === waiter.key)) continue;
      if (running.reduce((sum, { blocks }) => sum + blocks, waiter.blocks) > PREFILL_BLOCKS) return;
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      this.#running.add(waiter);
      waiter.start();
    }
  }
}
