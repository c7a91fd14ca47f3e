import { describe, expect, it } from "vitest";
import { EngineModel } from "./engine-model.ts";
import { VirtualTime } from "./virtual-time.ts";

const pace = { forwardMs: 8, sequenceMs: 2, forwardsPerBlock: 5, prefillForwards: 1 };

function engine() {
  const time = new VirtualTime();
  const left: [name: string, atMs: number, blocks: number][] = [];
  const add = (name: string, blocks: number) => model.add({ name, blocks });
  const model = new EngineModel<{ name: string; blocks: number }>(time, pace, ({ name }, blocks) =>
    left.push([name, Math.round(time.nowMs), blocks]),
  );
  return { time, model, add, left };
}

describe("the model of an engine", () => {
  it("takes a forward's time for each forward, of one sequence and of two", () => {
    const { time, add, left } = engine();
    add("alone", 2);
    time.run(110);
    expect(left).toEqual([["alone", 110, 2]]);
    add("one", 2);
    add("other", 2);
    time.run(1_000);
    expect(left.slice(1)).toEqual([
      ["one", 110 + 11 * 12, 2],
      ["other", 110 + 11 * 12, 2],
    ]);
  });

  it("slows down while a second sequence runs", () => {
    const { time, add, left } = engine();
    add("long", 3);
    time.after(50, () => add("short", 1));
    time.run(1_000);
    // 5 forwards alone, 6 with the other, 5 alone.
    expect(left).toEqual([
      ["short", 50 + 72, 1],
      ["long", 50 + 72 + 50, 3],
    ]);
  });

  it("hands over at the next commit, or ends if that is the last one", () => {
    const { time, model, add, left } = engine();
    add("one", 1);
    add("three", 3);
    time.after(100, () => model.handOver());
    time.run(1_000);
    expect(left).toEqual([
      ["one", 72, 1],
      ["three", 72 + 50, 2],
    ]);
  });

  it("says what a stopped sequence has committed", () => {
    const { time, model, add, left } = engine();
    add("lost", 3);
    time.after(65, () => model.stop());
    time.run(1_000);
    expect(left).toEqual([["lost", 65, 1]]);
  });
});
