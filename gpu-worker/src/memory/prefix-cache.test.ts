import fc from "fast-check";
import { expect, it } from "vitest";
import type { Admission } from "./admission.ts";
import { blockKeys } from "./prefix-cache.ts";
import { Scheduler } from "./scheduler.ts";

const never = new AbortController().signal;
const PAGES = 12;
const CAPACITY = 3;

/** A sequence's blocks as letters of a string: its prompt's, then those it will commit. */
interface Live {
  readonly admission: Admission;
  readonly blocks: string;
  readonly prompt: number;
  done: number;
}

/** Begins where the cache ends. */
async function begin(scheduler: Scheduler, blocks: string, prompt = blocks.length): Promise<Live> {
  const admission = await scheduler.admit({ blocks: prompt, prefix: [...blocks.slice(0, prompt)] }, never);
  return { admission, blocks, prompt, done: admission.cachedBlocks };
}

function run(live: Live): void {
  while (live.done < live.blocks.length) live.admission.offer(live.blocks[live.done++] as string);
}

async function runThrough(scheduler: Scheduler, blocks: string): Promise<number> {
  const live = await begin(scheduler, blocks);
  run(live);
  live.admission[Symbol.dispose]();
  return live.admission.cachedBlocks;
}

it("a sequence begins after the longest cached prefix", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 12, waiting: 1 });
  expect(await runThrough(scheduler, "abcd")).toBe(0);
  expect([scheduler.pagesInUse, scheduler.pagesCached]).toEqual([0, 4]);
  expect(await runThrough(scheduler, "abce")).toBe(3);
  expect(await runThrough(scheduler, "abcd")).toBe(4);
  expect(await runThrough(scheduler, "bc")).toBe(0);
});

it("evicts the least recently used leaf first, and never a referenced block", async () => {
  // Each leaves the page that it could have grown by.
  const scheduler = new Scheduler({ capacity: 3, pages: 6 + 1, waiting: 1 });
  await runThrough(scheduler, "ab");
  await runThrough(scheduler, "cd");
  await runThrough(scheduler, "a");
  // Room for "ef" and one more, then one short: "b" was used before "c" and "d", "a" after them.
  await runThrough(scheduler, "efgh");
  expect(scheduler.pagesCached).toBe(7);
  const held = await begin(scheduler, "a");
  expect(held.admission.cachedBlocks).toBe(1);
  await runThrough(scheduler, "wxyz");
  run(held);
  held.admission[Symbol.dispose]();
  expect(await runThrough(scheduler, "cd")).toBe(0);
  expect(await runThrough(scheduler, "ab")).toBe(1);
});

it("when two sequences cache the same block, one page stays and both use it", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 9, waiting: 1 });
  const [one, two] = [await begin(scheduler, "abc"), await begin(scheduler, "abd")];
  run(one);
  run(two);
  expect(two.admission.pages.slice(0, 2)).toEqual(one.admission.pages.slice(0, 2));
  expect(scheduler.pagesInUse).toBe(4);
  one.admission[Symbol.dispose]();
  two.admission[Symbol.dispose]();
  expect([scheduler.pagesInUse, scheduler.pagesCached]).toEqual([0, 4]);
});

it("a sequence takes over blocks that another has cached meanwhile, and frees its own pages", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 9, waiting: 1 });
  const [one, two] = [await begin(scheduler, "abc"), await begin(scheduler, "abd")];
  one.admission.offer("a");
  one.admission.offer("b");
  expect(two.admission.match([..."abd"])).toBe(2);
  expect(two.admission.pages.slice(0, 2)).toEqual(one.admission.pages.slice(0, 2));
  expect(two.admission.match(["d"])).toBe(0);
  expect(scheduler.pagesInUse).toBe(4);
  one.admission[Symbol.dispose]();
  two.admission[Symbol.dispose]();
  expect([scheduler.pagesInUse, scheduler.pagesCached]).toEqual([0, 2]);
});

it("scopes share nothing, and a key contains a whole block", () => {
  expect(blockKeys([1, 2, 3, 4, 5], 2, "")).toHaveLength(2);
  expect(new Set([...blockKeys([1, 2], 2, "a"), ...blockKeys([1, 2], 2, "b"), ...blockKeys([12], 1, "a")]).size).toBe(
    3,
  );
});

/**
 * The naive twin: a list of cached prefixes, each with its page and the time of its last release. Eviction searches all of
 * them for the least recently used prefix that no other cached prefix extends and no live sequence begins with.
 */
class Naive {
  readonly cached = new Map<string, { page: number; releasedAt: number }>();
  #time = 0;

  match(blocks: string): number {
    let length = 0;
    while (length < blocks.length && this.cached.has(blocks.slice(0, length + 1))) length++;
    return length;
  }

  isReferenced(prefix: string, live: readonly Live[]): boolean {
    return live.some(({ blocks, done }) => blocks.slice(0, done).startsWith(prefix));
  }

  /** Pages that are free, or whose blocks no live sequence references. */
  spare(live: readonly Live[]): number {
    const own = live.reduce((sum, { admission, done }) => sum + admission.pages.length - done, 0);
    return PAGES - own - [...this.cached.keys()].filter((prefix) => this.isReferenced(prefix, live)).length;
  }

  evictFor(count: number, live: readonly Live[]): boolean {
    const own = live.reduce((sum, { admission, done }) => sum + admission.pages.length - done, 0);
    if (count > this.spare(live)) return false;
    for (let missing = count - (PAGES - own - this.cached.size); missing > 0; missing--) {
      const [oldest] = [...this.cached]
        .filter(([prefix]) => !this.isReferenced(prefix, live))
        .filter(([prefix]) => ![...this.cached.keys()].some((other) => other !== prefix && other.startsWith(prefix)))
        .toSorted(([, one], [, other]) => one.releasedAt - other.releasedAt);
      this.cached.delete((oldest as [string, unknown])[0]);
    }
    return true;
  }

  end({ blocks, done }: Live, live: readonly Live[]): void {
    for (let length = done; length > 0; length--) {
      const prefix = blocks.slice(0, length);
      if (!this.isReferenced(prefix, live))
        (this.cached.get(prefix) as { releasedAt: number }).releasedAt = this.#time++;
    }
  }
}

const blocks = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 6 });
const action = fc.oneof(
  fc.record({ kind: fc.constant("begin" as const), blocks, prompt: fc.nat(6) }),
  fc.record({ kind: fc.constantFrom("offer" as const, "match" as const, "end" as const), which: fc.nat(CAPACITY - 1) }),
);

it("scheduler and tree agree with the naive twin, and no page is lost or allocated twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const scheduler = new Scheduler({ capacity: CAPACITY, pages: PAGES, waiting: 1 });
      const naive = new Naive();
      const live: Live[] = [];
      const end = (one: Live): void => {
        live.splice(live.indexOf(one), 1);
        one.admission[Symbol.dispose]();
        naive.end(one, live);
      };
      for (const action of actions) {
        const which = action.kind === "begin" ? undefined : live[action.which];
        if (action.kind === "begin") {
          if (live.length === CAPACITY) continue;
          const prompt = action.blocks.slice(0, action.prompt);
          const matched = naive.match(prompt);
          const pages = new Array<number>(matched);
          const candidate = { admission: { pages } as unknown as Admission, blocks: prompt, prompt: 0, done: matched };
          const all = [...live, candidate];
          const missing = prompt.length - matched;
          const fits = naive.spare(all) >= missing + all.length && naive.evictFor(missing, all);
          const giveUp = new AbortController();
          const admitting = scheduler.admit({ blocks: prompt.length, prefix: [...prompt] }, giveUp.signal);
          if (scheduler.waiting > 0) {
            expect(fits).toBe(false);
            giveUp.abort();
            await expect(admitting).rejects.toThrow();
            naive.end(candidate, live);
            continue;
          }
          expect(fits).toBe(true);
          const admission = await admitting;
          expect(admission.cachedBlocks).toBe(matched);
          live.push({ admission, blocks: action.blocks, prompt: prompt.length, done: matched });
        } else if (which !== undefined && action.kind === "offer" && which.done < which.blocks.length) {
          const grow = which.done === which.admission.pages.length;
          const growing = grow ? which.admission.grow(which.admission.preempted) : Promise.resolve();
          // The youngest sequences are preempted until there is a page.
          while (grow && live.includes(which) && !naive.evictFor(1, live)) {
            const youngest = live.at(-1) as Live;
            expect(live.map(({ admission }) => admission.preempted.aborted)).toEqual(
              live.map((one) => one === youngest),
            );
            if (youngest === which) await expect(growing).rejects.toBe(which.admission.preempted.reason);
            end(youngest);
          }
          if (live.includes(which)) {
            await growing;
            which.admission.offer(which.blocks[which.done++] as string);
            const prefix = which.blocks.slice(0, which.done);
            const page = which.admission.pages[which.done - 1] as number;
            if (!naive.cached.has(prefix)) naive.cached.set(prefix, { page, releasedAt: 0 });
          }
        } else if (which !== undefined && action.kind === "match") {
          const next = [...which.blocks.slice(which.done, which.prompt)];
          const matched = Math.max(0, naive.match(which.blocks.slice(0, which.prompt)) - which.done);
          expect(which.admission.match(next)).toBe(matched);
          which.done += matched;
        } else if (which !== undefined && action.kind === "end") {
          end(which);
        }
        // Each sequence reads the twin's pages for cached blocks, and shares none of its own.
        for (const { admission, blocks, done } of live) {
          const shared = [...blocks.slice(0, done)].map((_, i) => naive.cached.get(blocks.slice(0, i + 1))?.page);
          expect(admission.pages.slice(0, done)).toEqual(shared);
        }
        const own = live.flatMap(({ admission, done }) => admission.pages.slice(done));
        const taken = [...own, ...[...naive.cached.values()].map(({ page }) => page)];
        expect(new Set(taken).size).toBe(taken.length);
        const idle = [...naive.cached.keys()].filter((prefix) => !naive.isReferenced(prefix, live)).length;
        expect([scheduler.pagesInUse, scheduler.pagesCached]).toEqual([taken.length - idle, idle]);
      }
    }),
    { numRuns: 500 },
  );
});
