/**
 * Decides which sequences run, and which pages they have. It knows no model and no text.
 *
 * Sequences are admitted when a slot is free and pages for their prompt, those of the tenant that was served the fewest blocks
 * first, and within a tenant in order of arrival; each takes one more page for every block it commits. When no page is left, the
 * sequence that was admitted last is preempted: it frees its pages and waits, before all that were not admitted yet, to be resumed
 * from its last commit. The oldest is never preempted for another, and a sequence that fits the budget alone always finishes.
 *
 * Live sequences and the prefix cache share one budget of pages: unreferenced cache pages count as free.
 */
import { WorkerError } from "../errors.ts";
import { TokenCounters } from "../token-counters.ts";
import { Admission, type AdmissionScheduler } from "./admission.ts";
import { type Arrival, ArrivalQueue } from "./arrival-queue.ts";
import { PageAllocator, type PageId } from "./page-allocator.ts";
import { placeInTurns } from "./place-in-turns.ts";
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
  /** Tenants with waiting sequences are served equally. Absent: that of all requests without one. */
  readonly tenant?: string;
  /** The response, for its place among those that wait. */
  readonly responseId?: string;
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
  /** Sequences that were never admitted, in the order of their requests. */
  readonly #waiting = new ArrivalQueue<AdmissionRequest & Arrival, Admission>(() => this.#serve());
  /** Preempted sequences. */
  readonly #resuming = new ArrivalQueue<AdmissionRequest & Arrival, Admission>(() => this.#serve());
  /** Blocks that tenants were served: those of prompts that were not cached, and the open one of each answer. */
  readonly #counters = new TokenCounters<string>();
  readonly #forAdmissions: AdmissionScheduler;
  #requests = 0;
  #admissions = 0;
  #preemptions = 0;

  constructor(limits: SchedulerLimits) {
    this.limits = limits;
    this.#allocator = new PageAllocator(limits.pages);
    this.#forAdmissions = {
      allocator: this.#allocator,
      cache: this.#cache,
      waitForPage: ({ arrival, tenant }, signal) => {
        this.#counters.charge(tenant, 1);
        return this.#growing.wait({ arrival }, signal);
      },
      serve: () => this.#serve(),
      end: (admission) => this.#live.delete(admission),
    };
  }

  get running(): number {
    return this.#live.size;
  }

  get waiting(): number {
    return this.#waiting.length + this.#resuming.length;
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

  /** Responses that will begin before this one, if all take as many blocks. Undefined if it does not wait to begin. */
  ahead(responseId: string): number | undefined {
    const waiting = this.#waiting.requests.map((one) => ({
      tenant: tenantOf(one),
      responseId: one.responseId ?? "",
    }));
    const tenants = this.#counters.order(new Set(waiting.map(({ tenant }) => tenant)));
    return placeInTurns(waiting, tenants, responseId);
  }

  /** Leading blocks of `keys` that the prefix cache has. */
  cachedBlocks(keys: readonly string[]): number {
    return this.#cache.cached(keys);
  }

  /** @throws WorkerError `overloaded` when the queue is full; the signal's reason when it aborts while waiting */
  admit(request: AdmissionRequest, signal: AbortSignal): Promise<Admission> {
    signal.throwIfAborted();
    const { arrival } = request;
    if (arrival !== undefined) return this.#resuming.wait({ ...request, arrival }, signal);
    if (this.waiting >= this.limits.waiting) {
      const message = `${this.running} sequences are running and ${this.waiting} are waiting; try again later`;
      throw new WorkerError("overloaded", message);
    }
    return this.#waiting.wait({ ...request, arrival: this.#requests++ }, signal);
  }

  /** Gives out free pages and slots: to running sequences first, then to preempted ones, then to those that wait. */
  #serve(): void {
    while (this.#growing.length > 0) {
      const [page] = this.#allocate(1) ?? [];
      if (page === undefined) {
        this.#preempt();
        return;
      }
      this.#growing.serveFirst(page);
    }
    while (this.running < this.limits.capacity && (this.#resuming.length > 0 ? this.#resume() : this.#admitNext()));
  }

  /** Readmits the oldest preempted sequence. @returns false if there are too few pages */
  #resume(): boolean {
    const { arrival, ...request } = this.#resuming.first!;
    const admission = this.#open(request, arrival);
    if (admission !== undefined) this.#resuming.serveFirst(admission);
    return admission !== undefined;
  }

  /** Admits the oldest sequence of the tenant that is next. @returns false if none waits, or there are too few pages */
  #admitNext(): boolean {
    const waiting = this.#waiting.requests;
    const [tenant] = this.#counters.order(new Set(waiting.map(tenantOf)));
    const next = waiting.find((request) => tenantOf(request) === tenant);
    const admission = next && this.#open(next, this.#admissions);
    if (admission === undefined) return false;
    this.#admissions++;
    this.#counters.choose(admission.tenant, next!.blocks - admission.cachedBlocks + 1);
    this.#waiting.serve(next!, admission);
    return true;
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
  #open(request: AdmissionRequest, arrival: number): Admission | undefined {
    const { blocks, prefix, sameText } = request;
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
    const admission = new Admission(
      { arrival, tenant: tenantOf(request), path, newPages, retokenizedBlocks },
      this.#forAdmissions,
    );
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

function tenantOf({ tenant = "" }: AdmissionRequest): string {
  return tenant;
}
