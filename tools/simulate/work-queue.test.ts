import { expect, it } from "vitest";
import { WorkQueue } from "./work-queue.ts";

const request = (name: string, priority: "default" | "batch" = "default", tenant = "one") => ({
  ...{ name, priority, tenant },
});
const names = (requests: readonly { name: string }[]) => requests.map(({ name }) => name).join("");
const none = () => 0;

it("bounds each class by the requests that wait and run", () => {
  const queue = new WorkQueue<ReturnType<typeof request>>(2);
  const [a, b, c] = [request("a"), request("b", "default", "other"), request("c")];
  expect([a, b, c].map((one) => queue.publish(one))).toEqual([true, true, false]);
  expect(queue.publish(request("d", "batch"))).toBe(true);
  queue.pull(queue.queueOf(a), 1);
  expect(queue.publish(c)).toBe(false);
  queue.acknowledge(a);
  expect(queue.publish(c)).toBe(true);
  expect(queue.depths).toEqual({ interactive: 0, default: 2, batch: 1 });
});

it("gives a bucket's requests in order, redelivered ones first, and none that left", () => {
  const queue = new WorkQueue<ReturnType<typeof request>>(9);
  const [a, b, c, d] = [request("a"), request("b"), request("c"), request("d")];
  for (const one of [a, b, c, d]) queue.publish(one);
  const of = queue.queueOf(a);
  expect(names(queue.pull(of, 1))).toBe("a");
  expect([queue.remove(b), queue.remove(a)]).toEqual([true, false]);
  queue.redeliver(a);
  expect(queue.length).toBe(3);
  expect(names(queue.pull(of, 2))).toBe("ac");
  expect(names(queue.pull(of, 9))).toBe("d");
  expect(queue.depths.default).toBe(3);
});

it("names the queues that a worker cannot know to be empty", () => {
  const queue = new WorkQueue<ReturnType<typeof request>>(9);
  const [a, b] = [request("a"), request("b", "default", "other")];
  for (const one of [a, b]) queue.publish(one);
  const [ofA, ofB] = [queue.queueOf(a), queue.queueOf(b)];
  expect(ofA).not.toBe(ofB);
  expect(new Set(queue.inUse(none))).toEqual(new Set([ofA, ofB]));
  queue.pull(ofA, 1);
  expect(queue.inUse((one) => (one === ofA ? 1 : 0))).toEqual([ofB]);
  expect(queue.inUse(none)).toContain(ofA);
});
