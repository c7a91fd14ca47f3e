import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { AsyncQueue, Wakeup } from "./async-queue.ts";

/** Reads as fast as items come; `items` is what it has. */
function reading<T>(queue: AsyncQueue<T>): { items: T[]; done: Promise<void> } {
  const items: T[] = [];
  const done = (async () => {
    for await (const item of queue) items.push(item);
  })();
  return { items, done };
}

describe("an async queue", () => {
  it("yields items in order, whether they were pushed before or while it is read", async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    queue.push(2);
    const { items, done } = reading(queue);
    await setImmediate();
    queue.push(3);
    queue.close();
    await done;
    expect(items).toEqual([1, 2, 3]);
  });

  it("throws the failure it was closed with, after the items that were pushed before", async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    queue.close(new Error("broken"));
    const { items, done } = reading(queue);
    await expect(done).rejects.toThrow("broken");
    expect(items).toEqual([1]);
  });

  it("ignores pushes after it was closed, and a second close", async () => {
    const queue = new AsyncQueue<number>();
    queue.close();
    queue.close(new Error("too late"));
    queue.push(1);
    const { items, done } = reading(queue);
    await done;
    expect(items).toEqual([]);
  });

  it("drops what was not read when it is cleared", async () => {
    const queue = new AsyncQueue<number>();
    queue.push(1);
    queue.clear();
    queue.push(2);
    queue.close();
    const { items, done } = reading(queue);
    await done;
    expect(items).toEqual([2]);
  });

  it("takes another item only when it is empty, and looks again when it is woken", async () => {
    const drafts: string[] = ["draft 1"];
    const queue = new AsyncQueue<string>(() => drafts.shift());
    queue.push("commit");
    const { items, done } = reading(queue);
    await setImmediate();
    drafts.push("draft 2");
    queue.wake();
    await setImmediate();
    queue.close();
    await done;
    expect(items).toEqual(["commit", "draft 1", "draft 2"]);
  });
});

it("a wakeup remembers a notification until it is reset", async () => {
  const wakeup = new Wakeup();
  wakeup.notify();
  await wakeup.wait();
  wakeup.reset();
  let woken = false;
  const waiting = wakeup.wait().then(() => {
    woken = true;
  });
  await setImmediate();
  expect(woken).toBe(false);
  wakeup.notify();
  await waiting;
});
