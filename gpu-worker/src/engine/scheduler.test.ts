import { expect, test } from "vitest";
import { Scheduler } from "./scheduler.ts";

const never = new AbortController().signal;

test("admits in order of arrival, when a slot and all pages are free", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 10, waiting: 10 });
  const first = await scheduler.admit(6, [], never);
  const order: string[] = [];
  const big = scheduler.admit(8, [], never).then((admission) => {
    order.push("big");
    return admission;
  });
  const small = scheduler.admit(2, [], never).then((admission) => {
    order.push("small");
    return admission;
  });
  await Promise.resolve();
  expect([scheduler.running, scheduler.waiting]).toEqual([1, 2]);
  first[Symbol.dispose]();
  const admissions = await Promise.all([big, small]);
  expect(order).toEqual(["big", "small"]);
  expect(new Set(admissions.flatMap(({ pages }) => pages)).size).toBe(10);
  for (const admission of admissions) admission[Symbol.dispose]();
  expect([scheduler.running, scheduler.pagesInUse]).toEqual([0, 0]);
});

test("an abort while waiting gives the place to the next", async () => {
  const scheduler = new Scheduler({ capacity: 2, pages: 4, waiting: 10 });
  using _first = await scheduler.admit(3, [], never);
  const controller = new AbortController();
  const gone = scheduler.admit(4, [], controller.signal);
  const next = scheduler.admit(1, [], never);
  controller.abort();
  await expect(gone).rejects.toThrow();
  using _next = await next;
  expect(scheduler.waiting).toBe(0);
});

test("refuses more waiting sequences than it may hold", async () => {
  const scheduler = new Scheduler({ capacity: 1, pages: 4, waiting: 1 });
  using _first = await scheduler.admit(1, [], never);
  void scheduler.admit(1, [], never);
  expect(() => scheduler.admit(1, [], never)).toThrow("1 sequences are running and 1 are waiting");
});
