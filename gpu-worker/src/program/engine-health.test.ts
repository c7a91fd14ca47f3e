import { expect, it } from "vitest";
import { ManualClock } from "../../../test/support/fakes/manual-clock.ts";
import type { EngineStats } from "../engine/engine.ts";
import { type EngineState, watchEngine } from "./engine-health.ts";

const healthy = { lostRanks: [], forwardMs: 0, silentMs: 0, forwardLimitMs: 1_000 };

/** A watched engine, whose probes end when the test says so. */
function watched() {
  const clock = new ManualClock();
  const told: EngineState[] = [];
  let stats: Partial<EngineStats> = healthy;
  let probe: PromiseWithResolvers<string | undefined> | undefined;
  const engine = {
    stats: async () => stats as EngineStats,
    probe() {
      probe = Promise.withResolvers();
      return probe.promise;
    },
  };
  const watch = watchEngine(engine, clock, (state) => told.push(state));
  return {
    told,
    /** Polls for so long, with these statistics. */
    async pass(ms: number, change: Partial<EngineStats> = {}) {
      stats = { ...healthy, ...change };
      for (let passed = 0; passed < ms; passed += 250) {
        clock.advance(250);
        await new Promise(setImmediate);
      }
    },
    suspend: (ms: number) => clock.advance(ms),
    answerProbe: (failure?: string) => probe?.resolve(failure),
    get isProbing() {
      return probe !== undefined;
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  };
}

it("lost ranks, their return and a device's failure are told once each", async () => {
  using engine = watched();
  await engine.pass(750);
  expect(engine.told).toEqual([]);
  await engine.pass(750, { lostRanks: [1, 2] });
  await engine.pass(750);
  await engine.pass(750, { lostRanks: [0], deviceFailure: "device lost" });
  expect(engine.told).toEqual([
    { kind: "ranks-lost", ranks: [1, 2] },
    { kind: "working" },
    { kind: "broken", reason: "device lost", isHanging: false },
  ]);
  expect(engine.isProbing).toBe(false);
});

it.each(["forwardMs", "silentMs"] as const)("hangs by its %s, until a probe succeeds", async (key) => {
  using engine = watched();
  await engine.pass(1_250, { [key]: 1_000 });
  expect(engine.told).toEqual([]);
  await engine.pass(500, { [key]: 1_001 });
  expect(engine.told).toEqual([{ kind: "hanging", reason: "a forward takes longer than 1.0 s" }]);
  await engine.pass(250);
  expect(engine.told).toHaveLength(1);
  engine.answerProbe();
  await engine.pass(500);
  expect(engine.told.slice(1)).toEqual([{ kind: "working" }]);
});

it("is broken if it hangs for the limit again", async () => {
  using engine = watched();
  await engine.pass(1_250);
  await engine.pass(1_250, { forwardMs: 1_500 });
  expect(engine.told).toHaveLength(1);
  await engine.pass(250, { forwardMs: 2_750 });
  expect(engine.told[1]).toMatchObject({ kind: "broken", isHanging: true });
});

it("fails until a probe succeeds, and is broken if none does within the limit", async () => {
  using engine = watched();
  await engine.pass(500, { forwardFailure: "no memory" });
  expect(engine.told).toEqual([{ kind: "failing", reason: "no memory" }]);
  engine.answerProbe("no memory");
  await engine.pass(500, { forwardFailure: "no memory" });
  engine.answerProbe();
  await engine.pass(500);
  expect(engine.told.slice(1)).toEqual([{ kind: "working" }]);
  await engine.pass(1_500, { forwardFailure: "still no memory" });
  const reason = "still no memory";
  expect(engine.told.slice(2)).toEqual([
    { kind: "failing", reason },
    { kind: "broken", reason, isHanging: false },
  ]);
});

it("ends with its disposal, also during a poll", async () => {
  const clock = new ManualClock();
  const asked: PromiseWithResolvers<EngineStats>[] = [];
  const engine = {
    stats() {
      asked.push(Promise.withResolvers());
      return (asked.at(-1) as (typeof asked)[number]).promise;
    },
    probe: async () => undefined,
  };
  const told: EngineState[] = [];
  const watch = watchEngine(engine, clock, (state) => told.push(state));
  clock.advance(250);
  watch[Symbol.dispose]();
  asked[0]?.resolve({ ...healthy, lostRanks: [1] } as unknown as EngineStats);
  for (let i = 0; i < 4; i++) {
    await new Promise(setImmediate);
    clock.advance(250);
  }
  expect({ asked: asked.length, told }).toEqual({ asked: 1, told: [] });
});

it("does not take the time of a suspended process for a hanging forward", async () => {
  using engine = watched();
  await engine.pass(1_250);
  engine.suspend(60_000);
  await engine.pass(1_000, { forwardMs: 60_100 });
  expect(engine.told).toEqual([]);
  await engine.pass(500, { forwardMs: 61_500 });
  expect(engine.told).toMatchObject([{ kind: "hanging" }]);
});
