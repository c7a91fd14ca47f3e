/**
 * Who runs next: admits sequences first come, first served, when a slot and pages for their longest possible answer are
 * free. It knows no model; a sequence that is admitted can always run to its end.
 */
import { WorkerError } from "../errors.ts";
import { PageAllocator, type PageId } from "./kv-cache.ts";

export interface SchedulerLimits {
  /** Sequences that run at once. */
  readonly capacity: number;
  /** Pages of the K/V cache. */
  readonly pages: number;
  /** Sequences that may wait; more are refused. */
  readonly waiting: number;
}

/** A slot and its pages, until disposed. */
export interface Admission extends Disposable {
  readonly pages: readonly PageId[];
}

interface Waiter {
  readonly pages: number;
  readonly admit: (admission: Admission) => void;
}

export class Scheduler {
  readonly limits: SchedulerLimits;
  readonly #allocator: PageAllocator;
  readonly #waiters: Waiter[] = [];
  #running = 0;

  constructor(limits: SchedulerLimits) {
    this.limits = limits;
    this.#allocator = new PageAllocator(limits.pages);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  get pagesInUse(): number {
    return this.#allocator.inUse;
  }

  /** @throws WorkerError `overloaded` when the queue is full; the signal's reason when it aborts while waiting */
  admit(pages: number, signal: AbortSignal): Promise<Admission> {
    signal.throwIfAborted();
    if (this.#waiters.length >= this.limits.waiting) {
      const message = `${this.#running} sequences are running and ${this.#waiters.length} are waiting; try again later`;
      throw new WorkerError("overloaded", message);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Admission>();
    const onAbort = (): void => {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      reject(signal.reason);
      this.#admitWaiting();
    };
    const waiter: Waiter = {
      pages,
      admit: (admission) => {
        signal.removeEventListener("abort", onAbort);
        resolve(admission);
      },
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#waiters.push(waiter);
    this.#admitWaiting();
    return promise;
  }

  #admitWaiting(): void {
    for (let next = this.#waiters[0]; next && this.#running < this.limits.capacity; next = this.#waiters[0]) {
      const pages = this.#allocator.allocate(next.pages);
      if (pages === undefined) return;
      this.#waiters.shift();
      this.#running++;
      next.admit(this.#admission(pages));
    }
  }

  #admission(pages: readonly PageId[]): Admission {
    let held = true;
    return {
      pages,
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#running--;
        this.#allocator.free(pages);
        this.#admitWaiting();
      },
    };
  }
}
