/**
 * Limits how many prompt blocks are prefilled at the same time, so that running sequences do not wait long for a forward.
 * Turns are given in order of arrival. Prompts with the same next block wait for one of them to prefill it.
 */

/** Most prompt blocks in a forward. It bounds the time that a running sequence waits for prefills. */
export const PREFILL_BLOCKS = 8;

/** The next blocks of a prefill. */
export interface PrefillTurn {
  /** At most PREFILL_BLOCKS. */
  readonly blocks: number;
  /** Key of the first block. Absent: no other sequence can use it. */
  readonly key?: string | undefined;
}

interface Waiter extends PrefillTurn {
  readonly start: () => void;
}

export class PrefillBudget {
  readonly #running = new Set<PrefillTurn>();
  readonly #waiters: Waiter[] = [];

  /** Waits for a turn, which lasts until it is disposed of. @throws the signal's reason when it aborts first */
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
