/**
 * Decides which sequences run, and which pages they have. It knows no model and no text.
 *
 * Sequences are admitted first come, first served, when a slot is free and pages for their prompt; each takes one more page for
 * every block it commits. When no page is left, the youngest sequence is preempted: it frees its pages and waits, before all
 * that came after it, to be resumed from its last commit. The oldest is never preempted for another, and a sequence that fits
 * the budget alone always finishes.
 *
 * Live sequences and the prefix cache share one budget of pages: unreferenced cache pages count as free.
 */
import { WorkerError } from "../errors.ts";
import { Admission, type AdmissionScheduler } from "./admission.ts";
import { type Arrival, ArrivalQueue } from "./arrival-queue.ts";
import { PageAllocator, type PageId } from "./page-allocator.ts";
import { PrefillBudget } from "./prefill-budget.ts";
import { PrefixCache } from "./prefix-cache.ts";
import type { SameText } from "./retokenization.ts";

export interface SchedulerLimits {
  /** Sequences that run at the same time. */
  readonly capacity: number;
  /** Pages of the K/V cache. */
  readonly pages: number;
  /** Sequences that may wait; more are rejected. Preempted sequences do not count. */
  readonly waiting: number;
}

/** A sequence's request for a slot. Prompt and longest possible answer must fit the budget of pages. */
export interface AdmissionRequest {
  /** Full blocks of the prompt. */
  readonly blocks: number;
  /** Their keys; empty for a sequence that shares nothing. */
  readonly prefix: readonly string[];
  /** Tells whether cached blocks with other token ids have the prompt's text. Absent: retokenized blocks are not counted. */
  readonly sameText?: SameText;
  /** The arrival of the admission that was preempted before. */
  readonly arrival?: number;
}

export class Scheduler {
  readonly limits: SchedulerLimits;
  readonly prefills = new PrefillBudget();
  readonly #allocator: PageAllocator;
  readonly #cache = new PrefixCache();
  readonly #live = new Set<Admission>();
  /** Running sequences that need a page to continue. */
  readonly #growing = new ArrivalQueue<Arrival, PageId>(() => this.#serve());
  readonly #waiting = new ArrivalQueue<AdmissionRequest & Arrival, Admission>(() => this.#serve());
  readonly #forAdmissions: AdmissionScheduler;
  #arrivals = 0;
  #preemptions = 0;

  constructor(limits: SchedulerLimits) {
    this.limits = limits;
    this.#allocator = new PageAllocator(limits.pages);
    this.#forAdmissions = {
      allocator: this.#allocator,
      cache: this.#cache,
      waitForPage: (arrival, signal) => this.#growing.wait({ arrival }, signal),
      serve: () => this.#serve(),
      end: (admission) => this.#live.delete(admission),
    };
  }

  get running(): number {
    return this.#live.size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Preemptions since the start. */
  get preemptions(): number {
    return this.#preemptions;
  }

  /** Pages of live sequences. */
  get pagesInUse(): number {
    return this.#allocator.inUse - this.#cache.idle;
  }

  /** Pages that only the prefix cache keeps. */
  get pagesCached(): number {
    return this.#cache.idle;
  }

  /** Leading blocks of `keys` that the prefix cache has. */
  cachedBlocks(keys: readonly string[]): number {
    return this.#cache.cached(keys);
  }

  /** @throws WorkerError `overloaded` when the queue is full; the signal's reason when it aborts while waiting */
  admit(request: AdmissionRequest, signal: AbortSignal): Promise<Admission> {
    signal.throwIfAborted();
    if (request.arrival === undefined && this.waiting >= this.limits.waiting) {
      const message = `${this.running} sequences are running and ${this.waiting} are waiting; try again later`;
      throw new WorkerError("overloaded", message);
    }
    const { arrival = this.#arrivals++ } = request;
    return this.#waiting.wait({ ...request, arrival }, signal);
  }

  /** Gives out free pages and slots in order of arrival, to running sequences first. */
  #serve(): void {
    while (this.#growing.length > 0) {
      const [page] = this.#allocate(1) ?? [];
      if (page === undefined) {
        this.#preempt();
        return;
      }
      this.#growing.serveFirst(page);
    }
    for (let next = this.#waiting.first; next && this.running < this.limits.capacity; next = this.#waiting.first) {
      const admission = this.#open(next);
      if (admission === undefined) return;
      this.#waiting.serveFirst(admission);
    }
  }

  /** Makes the youngest sequence free its pages, unless a preempted one is about to free its own. */
  #preempt(): void {
    const live = [...this.#live];
    if (live.some(({ preempted }) => preempted.aborted)) return;
    const youngest = live.reduce((one, other) => (other.arrival > one.arrival ? other : one));
    this.#preemptions++;
    youngest.preempt();
  }

  /** Undefined if there are too few pages. */
  #open({ blocks, prefix, sameText, arrival }: AdmissionRequest & Arrival): Admission | undefined {
    const path = this.#cache.acquire(prefix, []);
    const missing = blocks - path.length;
    // Also leaves a page for each running sequence to grow by, so that admitting one does not preempt another immediately.
    const newPages = this.#spare >= missing + this.running + 1 ? this.#allocate(missing) : undefined;
    if (newPages === undefined) {
      this.#cache.release(path);
      return undefined;
    }
    const cachedBlocks = path.length;
    const retokenizedBlocks = sameText ? this.#cache.depth(path, (keys) => sameText(cachedBlocks, keys)) : 0;
    const admission = new Admission({ arrival, path, newPages, retokenizedBlocks }, this.#forAdmissions);
    this.#live.add(admission);
    return admission;
  }

  /** Pages that are free or can be evicted. */
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
