import { expect, it } from "vitest";
import { Scheduler } from "./scheduler.ts";

const never = new AbortController().signal;
const ask = (blocks: number) => ({ blocks, prefix: [] });

it("admits in order of arrival, when there is a slot, pages for the prompt and one more page per sequence", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 10, waiting: 10 });
  const first = await scheduler.admit(ask(5), never);
  const order: string[] = [];
  const big = scheduler.admit(ask(4), never).then((admission) => {
    order.push("big");
    return admission;
  });
  const small = scheduler.admit(ask(1), never).then((admission) => {
    order.push("small");
    return admission;
  });
  await Promise.resolve();
  expect([scheduler.running, scheduler.waiting]).toEqual([1, 2]);
  first[Symbol.dispose]();
  const admissions = await Promise.all([big, small]);
  expect(order).toEqual(["big", "small"]);
  expect(new Set(admissions.flatMap(({ pages }) => pages)).size).toBe(5);
  for (const admission of admissions) admission[Symbol.dispose]();
  expect([scheduler.running, scheduler.pagesInUse]).toEqual([0, 0]);
});

it("an abort while waiting lets the next sequence in", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 6, waiting: 10 });
  using _first = await scheduler.admit(ask(3), never);
  const controller = new AbortController();
  const aborted = scheduler.admit(ask(4), controller.signal);
  const next = scheduler.admit(ask(1), never);
  controller.abort();
  await expect(aborted).rejects.toThrow();
  using _next = await next;
  expect(scheduler.waiting).toBe(0);
});

it("rejects sequences when the queue is full, but never a preempted one", async () => {
  const scheduler = new Scheduler({ capacity: 1, pages: 4, waiting: 1 });
  using first = await scheduler.admit(ask(1), never);
  void scheduler.admit(ask(1), never);
  expect(() => scheduler.admit(ask(1), never)).toThrow("1 sequences are running and 1 are waiting");
  void scheduler.admit({ ...ask(1), arrival: first.arrival }, never);
  expect(scheduler.waiting).toBe(2);
});

it("preempts the youngest when the pages run out, and readmits it before all that came later", async () => {
  const scheduler = new Scheduler({ capacity: 3, pages: 6, waiting: 10 });
  const old = await scheduler.admit(ask(1), never);
  const young = await scheduler.admit(ask(2), never);
  const later = scheduler.admit(ask(1), never);
  for (let page = 0; page < 3; page++) await old.grow(never);
  expect(young.preempted.aborted).toBe(false);
  const growing = old.grow(never);
  expect([old.preempted.aborted, young.preempted.aborted, scheduler.preemptions]).toEqual([false, true, 1]);

  young[Symbol.dispose]();
  await growing;
  expect(old.pages).toHaveLength(5);
  const again = scheduler.admit({ ...ask(2), arrival: young.arrival }, never);
  old[Symbol.dispose]();
  expect([(await again).arrival, (await later).arrival]).toEqual([1, 2]);
});

it("the youngest preempts itself and waits for earlier sequences", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 4, waiting: 10 });
  using _old = await scheduler.admit(ask(1), never);
  const young = await scheduler.admit(ask(1), never);
  await young.grow(never);
  await young.grow(never);
  const growing = young.grow(young.preempted);
  await expect(growing).rejects.toBe(young.preempted.reason);
});

it("an abort while growing takes no page", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 4, waiting: 10 });
  const old = await scheduler.admit(ask(1), never);
  const young = await scheduler.admit(ask(1), never);
  await young.grow(never);
  await young.grow(never);
  const controller = new AbortController();
  const growing = old.grow(controller.signal);
  controller.abort();
  await expect(growing).rejects.toThrow();
  young[Symbol.dispose]();
  old[Symbol.dispose]();
  expect(scheduler.pagesInUse).toBe(0);
});

it("serves tenants in turn by their blocks, however many sequences of one wait", async () => {
  const scheduler = new Scheduler({ capacity: 1, pages: 100, waiting: 100 });
  const served: string[] = [];
  const run = async (tenant: string, grown: number) => {
    using admission = await scheduler.admit({ ...ask(0), tenant }, never);
    served.push(tenant);
    for (let block = 0; block < grown; block++) await admission.grow(never);
  };
  const hot = Array.from({ length: 50 }, () => run("hot", 1));
  const long = Array.from({ length: 3 }, () => run("long", 3));
  const other = run("", 0);
  await Promise.all([...hot, ...long, other]);
  // An answer of "hot" takes two blocks, one of "long" four: the first of a tie is that whose sequence came first.
  expect(
    served
      .slice(0, 8)
      .map((tenant) => tenant || "none")
      .join(" "),
  ).toBe("hot long none hot hot long hot hot");
  expect(served.lastIndexOf("long")).toBeLessThan(12);
});

it("preempts the sequence that was admitted last, not the one that asked last", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 7, waiting: 10 });
  const [first, second] = [
    scheduler.admit({ ...ask(1), tenant: "hot" }, never),
    scheduler.admit({ ...ask(1), tenant: "hot" }, never),
  ];
  const waiting = scheduler.admit({ ...ask(1), tenant: "hot" }, never);
  const asked = scheduler.admit({ ...ask(1), tenant: "other" }, never);
  (await first)[Symbol.dispose]();
  using other = await asked;
  (await second)[Symbol.dispose]();
  using last = await waiting;
  for (let page = 0; page < 5; page++) await other.grow(never);
  void other.grow(never).catch(() => {});
  expect([other.preempted.aborted, last.preempted.aborted]).toEqual([false, true]);
});
