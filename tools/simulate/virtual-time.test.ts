import { describe, expect, it } from "vitest";
import { Random } from "./random.ts";
import { VirtualTime } from "./virtual-time.ts";

describe("virtual time", () => {
  it("lets events happen by time, and by their order at the same time", () => {
    const time = new VirtualTime();
    const random = new Random(1);
    const planned = Array.from({ length: 500 }, (_, order) => ({ ms: Math.floor(random.next() * 50), order }));
    const happened: (typeof planned)[number][] = [];
    for (const event of planned) time.after(event.ms, () => happened.push(event));
    time.run(50);
    expect(happened).toEqual(planned.toSorted((a, b) => a.ms - b.ms || a.order - b.order));
  });

  it("includes events that others plan, and stops before later ones", () => {
    const time = new VirtualTime();
    const seen: number[] = [];
    time.after(10, () => time.after(5, () => seen.push(time.nowMs)));
    time.every(8, () => seen.push(time.nowMs));
    time.run(17);
    expect(seen).toEqual([8, 15, 16]);
    expect(time.nowMs).toBe(17);
    time.run(24);
    expect(seen).toEqual([8, 15, 16, 24]);
  });
});
