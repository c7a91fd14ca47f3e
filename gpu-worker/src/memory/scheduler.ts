/**
 * Who runs next, and whose pages they are. It knows no model and no text.
 *
 * Sequences are admitted first come, first served, when a slot is free and pages for their prompt; each takes a page more for
 * every block it commits. When none is left, the youngest is preempted: it gives its pages back and waits, before all that came
 * after it, to be taken up at its last commit. The oldest is never preempted for another, and whatever fits the budget alone
 * runs to its end.
 *
 * Live sequences and the prefix cache share one budget of pages: what the cache holds for nobody is as good as free.
 */
import { WorkerError } from "../errors.ts";
import { PageAllocator, type PageId } from "./page-allocator.ts";
import { Prefills } from "./prefill-budget.ts";
import { type CachedBlock, PrefixCache } from "./prefix-cache.ts";
import type { SameText } from "./retokenization.ts";

export interface SchedulerLimits {
  /** Sequences that run at once. */
  readonly capacity: number;
  /** Pages of the K/V cache. */
  readonly pages: number;
  /** Sequences that may wait; more are refused. Those that were preempted are not counted. */
  readonly waiting: number;
}

/** What a sequence asks for. Prompt and longest possible answer must fit the budget of pages. */
export interface AdmissionRequest {
  /** Full blocks of the prompt. */
  readonly blocks: number;
  /** Their keys; none for a sequence that shares nothing. */
  readonly prefix: readonly string[];
  /** How cached blocks with other ids are known to have the prompt's text all the same. Absent: nobody asks. */
  readonly sameText?: SameText;
  /** Of the admission that was preempted before. */
  readonly arrival?: number;
}

/** A slot and its pages, until disposed. */
export interface Admission extends Disposable {
  /** When it first came, among all. */
  readonly arrival: number;
  /**
   * One per block, in order: the prompt's, the cached ones first, then those it grew by. An entry changes when somebody else
   * has made the same block meanwhile.
   */
  readonly pages: readonly PageId[];
  /** Blocks at the beginning that were there already. */
  readonly cachedBlocks: number;
  /** Blocks after those that were there too, with the same text in other ids. */
  readonly retokenizedBlocks: number;
  /** Aborts when an older sequence needs the pages: dispose this one soon, and ask for another of the same arrival. */
  readonly preempted: AbortSignal;
  /** Moves behind the blocks of `keys`, the next ones, that others have made meanwhile. @returns how many */
  match(keys: readonly string[]): number;
  /** The next block after the matched and the offered ones has its keys and values: others may read its page from now on. */
  offer(key: string): void;
  /** Takes a page for one block more. @throws the reason of `signal` or of `preempted` when one aborts first */
  grow(signal: AbortSignal): Promise<void>;
}

interface Waiter extends AdmissionRequest {
  readonly arrival: number;
  readonly admit: (admission: Admission) => void;
}

/** A running sequence that cannot go on without a page. */
interface Grower {
  readonly arrival: number;
  readonly grant: (page: PageId) => void;
}

interface Live {
  readonly arrival: number;
  readonly preemption: AbortController;
}

export class Scheduler {
  readonly limits: SchedulerLimits;
  readonly prefills = new Prefills();
  readonly #allocator: PageAllocator;
  readonly #cache = new PrefixCache();
  readonly #live = new Set<Live>();
  /** Both by arrival. */
  readonly #growers: Grower[] = [];
  readonly #waiters: Waiter[] = [];
  #arrivals = 0;
  #preemptions = 0;

  constructor(limits: SchedulerLimits) {
    this.limits = limits;
    this.#allocator = new PageAllocator(limits.pages);
  }

  get running(): number {
    return this.#live.size;
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** Times that a sequence was preempted, since the start. */
  get preemptions(): number {
    return this.#preemptions;
  }

  /** Pages that live sequences hold. */
  get pagesInUse(): number {
    return this.#allocator.inUse - this.#cache.idle;
  }

  /** Pages that only the prefix cache holds. */
  get pagesCached(): number {
    return this.#cache.idle;
  }

  /** Blocks of `keys` that the prefix cache has, from the first. */
  cachedBlocks(keys: readonly string[]): number {
    return this.#cache.cached(keys);
  }

  /** @throws WorkerError `overloaded` when the queue is full; the signal's reason when it aborts while waiting */
  admit(request: AdmissionRequest, signal: AbortSignal): Promise<Admission> {
    signal.throwIfAborted();
    if (request.arrival === undefined && this.#waiters.length >= this.limits.waiting) {
      const message = `${this.running} sequences are running and ${this.#waiters.length} are waiting; try again later`;
      throw new WorkerError("overloaded", message);
    }
    const { arrival = this.#arrivals++ } = request;
    return this.#queue<Admission, Waiter>(this.#waiters, signal, (admit) => ({ ...request, arrival, admit }));
  }

  /** Waits in a queue that is ordered by arrival, until it is served or the signal aborts. */
  #queue<T, Q extends { readonly arrival: number }>(
    queue: Q[],
    signal: AbortSignal,
    place: (serve: (result: T) => void) => Q,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const onAbort = (): void => {
      queue.splice(queue.indexOf(entry), 1);
      reject(signal.reason);
      this.#serve();
    };
    const entry = place((result) => {
      signal.removeEventListener("abort", onAbort);
      resolve(result);
    });
    signal.addEventListener("abort", onAbort, { once: true });
    const after = queue.findIndex(({ arrival }) => arrival > entry.arrival);
    queue.splice(after < 0 ? queue.length : after, 0, entry);
    this.#serve();
    return promise;
  }

  /** Gives what is free to whoever comes first: running sequences, then waiting ones. */
  #serve(): void {
    for (let next = this.#growers[0]; next; next = this.#growers[0]) {
      const [page] = this.#allocate(1) ?? [];
      if (page === undefined) {
        this.#preempt();
        return;
      }
      this.#growers.shift();
      next.grant(page);
    }
    for (let next = this.#waiters[0]; next && this.running < this.limits.capacity; next = this.#waiters[0]) {
      const admission = this.#admission(next);
      if (admission === undefined) return;
      this.#waiters.shift();
      next.admit(admission);
    }
  }

  /** Has the youngest sequence give its pages back, if none is about to already. */
  #preempt(): void {
    const live = [...this.#live];
    if (live.some(({ preemption }) => preemption.signal.aborted)) return;
    const youngest = live.reduce((one, other) => (other.arrival > one.arrival ? other : one));
    this.#preemptions++;
    youngest.preemption.abort(new Error("preempted"));
  }

  #admission({ blocks, prefix, sameText, arrival }: Waiter): Admission | undefined {
    const path = this.#cache.acquire(prefix, []);
    const missing = blocks - path.length;
    // With a page to grow by for everyone that will be running, so that nobody is preempted for a newcomer at once.
    const own = this.#spare >= missing + this.running + 1 ? this.#allocate(missing) : undefined;
    if (own === undefined) {
      this.#cache.release(path);
      return undefined;
    }
    const live = { arrival, preemption: new AbortController() };
    this.#live.add(live);
    const cachedBlocks = path.length;
    const retokenizedBlocks = sameText ? this.#cache.depth(path, (keys) => sameText(cachedBlocks, keys)) : 0;
    return { ...this.#admitted(live, path, own), cachedBlocks, retokenizedBlocks };
  }

  #admitted(
    live: Live,
    path: CachedBlock[],
    own: readonly PageId[],
  ): Omit<Admission, "cachedBlocks" | "retokenizedBlocks"> {
    const pages = [...path.map(({ page }) => page), ...own];
    const { arrival, preemption } = live;
    /** The tree has a page for the last block of the path: the sequence's own, if it had another, is one too many. */
    const replace = (block: CachedBlock, at: number): void => {
      const own = pages[at] as PageId;
      if (block.page === own) return;
      pages[at] = block.page;
      this.#allocator.free([own]);
    };
    return {
      arrival,
      pages,
      preempted: preemption.signal,
      match: (keys) => {
        const before = path.length;
        this.#cache.acquire(keys, path);
        path.slice(before).forEach((block, i) => {
          replace(block, before + i);
        });
        if (path.length > before) this.#serve();
        return path.length - before;
      },
      offer: (key) => {
        if (!this.#live.has(live)) throw new Error("a block was offered after its sequence had ended");
        const at = path.length;
        replace(this.#cache.extend(path, key, pages[at] as PageId), at);
        this.#serve();
      },
      grow: async (signal) => {
        const either = AbortSignal.any([signal, preemption.signal]);
        either.throwIfAborted();
        pages.push(await this.#queue<PageId, Grower>(this.#growers, either, (grant) => ({ arrival, grant })));
      },
      [Symbol.dispose]: () => {
        if (!this.#live.delete(live)) return;
        this.#allocator.free(pages.slice(path.length));
        this.#cache.release(path);
        this.#serve();
      },
    };
  }

  /** Pages that are free, or whose blocks nobody holds. */
  get #spare(): number {
    return this.#allocator.available + this.#cache.idle;
  }

  #allocate(count: number): PageId[] | undefined {
    if (count > this.#spare) return undefined;
    const missing = count - this.#allocator.available;
    if (missing > 0) this.#allocator.free(this.#cache.evict(missing));
    return this.#allocator.allocate(count);
  }
}
