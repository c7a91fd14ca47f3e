/**
 * Who runs next: admits sequences first come, first served, when a slot and pages for their longest possible answer are
 * free. It knows no model; a sequence that is admitted can always run to its end.
 *
 * Live sequences and the prefix cache share one budget of pages: what the cache holds for nobody is as good as free.
 */
import { WorkerError } from "../errors.ts";
import { PageAllocator, type PageId } from "./kv-cache.ts";
import { PrefixCache } from "./prefix-cache.ts";

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
  /**
   * One per block of prompt and answer, the cached ones first. An entry changes when its block is offered and somebody else
   * has made the same one meanwhile.
   */
  readonly pages: readonly PageId[];
  /** Blocks at the beginning whose keys and values are there. */
  readonly cachedBlocks: number;
  /** The next block after the cached and the offered ones has its keys and values: others may read its page from now on. */
  offer(key: string): void;
}

interface Waiter {
  readonly pages: number;
  readonly prefix: readonly string[];
  readonly admit: (admission: Admission) => void;
}

export class Scheduler {
  readonly limits: SchedulerLimits;
  readonly #allocator: PageAllocator;
  readonly #cache = new PrefixCache();
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

  /** Pages that live sequences hold. */
  get pagesInUse(): number {
    return this.#allocator.inUse - this.#cache.idle;
  }

  /** Pages that only the prefix cache holds. */
  get pagesCached(): number {
    return this.#cache.idle;
  }

  /**
   * @param pages blocks of prompt and longest possible answer
   * @param prefix keys of the prompt's full blocks; none for a sequence that shares nothing
   * @throws WorkerError `overloaded` when the queue is full; the signal's reason when it aborts while waiting
   */
  admit(pages: number, prefix: readonly string[], signal: AbortSignal): Promise<Admission> {
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
      prefix,
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
      const admission = this.#admission(next);
      if (admission === undefined) return;
      this.#waiters.shift();
      this.#running++;
      next.admit(admission);
    }
  }

  #admission({ pages: count, prefix }: Waiter): Admission | undefined {
    const path = this.#cache.acquire(prefix);
    const own = this.#allocate(count - path.length);
    if (own === undefined) {
      this.#cache.release(path);
      return undefined;
    }
    const pages = [...path.map(({ page }) => page), ...own];
    let held = true;
    return {
      pages,
      cachedBlocks: path.length,
      offer: (key) => {
        if (!held) throw new Error("a block was offered after its sequence had ended");
        const at = path.length;
        const own = pages[at] as PageId;
        const { page } = this.#cache.extend(path, key, own);
        if (page === own) return;
        // Somebody was faster: one copy is enough.
        pages[at] = page;
        this.#allocator.free([own]);
        this.#admitWaiting();
      },
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#running--;
        this.#allocator.free(pages.slice(path.length));
        this.#cache.release(path);
        this.#admitWaiting();
      },
    };
  }

  /** Free pages, and where they are too few those of cached blocks that nobody holds. */
  #allocate(count: number): PageId[] | undefined {
    const missing = count - this.#allocator.available;
    if (missing > this.#cache.idle) return undefined;
    if (missing > 0) this.#allocator.free(this.#cache.evict(missing));
    return this.#allocator.allocate(count);
  }
}
