import { expect, it } from "vitest";
import { WorkQueue } from "./work-queue.ts";

const request = (name: string, priority: "default" | "batch" = "default") => ({ name, priority });
const names = (requests: readonly { name: string }[]) => requests.map(({ name }) => name).join("");

it("bounds each class by the requests that wait and run", () => {
  const queue = new WorkQueue<ReturnType<typeof request>>(2);
  const [a, b, c] = [request("a"), request("b"), request("c")];
  expect([a, b, c].map((one) => queue.publish(one))).toEqual([true, true, false]);
  expect(queue.publish(request("d", "batch"))).toBe(true);
  queue.pull("default", 1);
  expect(queue.publish(c)).toBe(false);
  queue.acknowledge(a);
  expect(queue.publish(c)).toBe(true);
  expect(queue.depths).toEqual({ interactive: 0, default: 2, batch: 1 });
});

it("gives requests in order, redelivered ones first, and none that left", () => {
  const queue = new WorkQueue<ReturnType<typeof request>>(9);
  const [a, b, c, d] = [request("a"), request("b"), request("c"), request("d")];
  for (const one of [a, b, c, d]) queue.publish(one);
  expect(names(queue.pull("default", 1))).toBe("a");
  expect([queue.remove(b), queue.remove(a)]).toEqual([true, false]);
  queue.redeliver(a);
  expect(queue.length).toBe(3);
  expect(names(queue.pull("default", 2))).toBe("ac");
  expect(names(queue.pull("default", 9))).toBe("d");
  expect(queue.depths.default).toBe(3);
});
