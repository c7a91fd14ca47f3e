/** A running sequence's slot and pages, from its admission until it is disposed of. */
import type { PageAllocator, PageId } from "./page-allocator.ts";
import type { CachedBlock, PrefixCache } from "./prefix-cache.ts";

/** The scheduler, as its admissions see it. */
export interface AdmissionScheduler {
  readonly allocator: PageAllocator;
  readonly cache: PrefixCache;
  /** Waits for a page in order of arrival. @throws the signal's reason when it aborts first */
  waitForPage(admission: Admission, signal: AbortSignal): Promise<PageId>;
  /** Called when pages may have become free. */
  serve(): void;
  /** Called before a disposed admission frees its pages. */
  end(admission: Admission): void;
}

export interface AdmissionOptions {
  readonly arrival: number;
  readonly tenant: string;
  /** The prompt's cached blocks, acquired for this sequence. */
  readonly path: CachedBlock[];
  /** Pages for the prompt's other blocks. */
  readonly newPages: readonly PageId[];
  readonly retokenizedBlocks: number;
}

export class Admission implements Disposable {
  /** When the sequence was first admitted, among all; it stays the same after a preemption. */
  readonly arrival: number;
  readonly tenant: string;
  /** Leading blocks that were cached already. */
  readonly cachedBlocks: number;
  /** Blocks after those that were cached with the same text but other token ids. */
  readonly retokenizedBlocks: number;
  readonly #scheduler: AdmissionScheduler;
  readonly #preemption = new AbortController();
  /** Leading blocks whose pages are in the prefix cache. */
  readonly #path: CachedBlock[];
  readonly #pages: PageId[];
  #isDisposed = false;

  constructor({ arrival, tenant, path, newPages, retokenizedBlocks }: AdmissionOptions, scheduler: AdmissionScheduler) {
    this.arrival = arrival;
    this.tenant = tenant;
    this.cachedBlocks = path.length;
    this.retokenizedBlocks = retokenizedBlocks;
    this.#scheduler = scheduler;
    this.#path = path;
    this.#pages = [...path.map(({ page }) => page), ...newPages];
  }

  /**
   * One page per block, in order: the prompt's blocks, cached ones first, then those the sequence grew by. The list grows, and
   * an entry changes when another sequence has cached the same block first.
   */
  get pages(): readonly PageId[] {
    return this.#pages;
  }

  /** Aborts when an older sequence needs the pages: dispose of this one soon, and ask for another of the same arrival. */
  get preempted(): AbortSignal {
    return this.#preemption.signal;
  }

  preempt(): void {
    this.#preemption.abort(new Error("preempted"));
  }

  /** Takes over the next blocks, those of `keys`, as far as other sequences have cached them. @returns how many */
  match(keys: readonly string[]): number {
    const before = this.#path.length;
    this.#scheduler.cache.acquire(keys, this.#path);
    const count = this.#path.length - before;
    for (let at = before; at < before + count; at++) this.#usePage(at);
    if (count > 0) this.#scheduler.serve();
    return count;
  }

  /** Caches the next block: its keys and values are complete, and other sequences may read its page from now on. */
  offer(key: string): void {
    if (this.#isDisposed) throw new Error("a block was offered after its sequence had ended");
    const at = this.#path.length;
    this.#scheduler.cache.extend(this.#path, key, this.#pages[at] as PageId);
    this.#usePage(at);
    this.#scheduler.serve();
  }

  /** Takes a page for one more block. @throws the reason of `signal` or of `preempted` when one aborts first */
  async grow(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.preempted]);
    either.throwIfAborted();
    this.#pages.push(await this.#scheduler.waitForPage(this, either));
  }

  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#scheduler.end(this);
    this.#scheduler.allocator.free(this.#pages.slice(this.#path.length));
    this.#scheduler.cache.release(this.#path);
    this.#scheduler.serve();
  }

  /** Reads the block at `at` from the cache's page. If the sequence has a copy of its own, that is freed. */
  #usePage(at: number): void {
    const { page } = this.#path[at] as CachedBlock;
    const copy = this.#pages[at] as PageId;
    if (page === copy) return;
    this.#pages[at] = page;
    this.#scheduler.allocator.free([copy]);
  }
}
