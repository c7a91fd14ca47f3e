import { expect, it } from "vitest";
import { ManualClock } from "../../../test/support/fakes/manual-clock.ts";
import type { EngineStats } from "../engine/engine.ts";
import { type EngineFaults, watchRanks } from "./rank-health.ts";

it("lost ranks, their return and a device's failure are told once each", async () => {
  const clock = new ManualClock();
  let faults: EngineFaults = { lostRanks: [] };
  const told: EngineFaults[] = [];
  using _watch = watchRanks({ stats: async () => faults as EngineStats }, clock, (now) => told.push(now));
  const polls = async (now: EngineFaults): Promise<void> => {
    faults = now;
    for (let i = 0; i < 3; i++) {
      clock.advance(250);
      await new Promise(setImmediate);
    }
  };
  await polls({ lostRanks: [] });
  expect(told).toEqual([]);
  await polls({ lostRanks: [1, 2] });
  await polls({ lostRanks: [] });
  await polls({ lostRanks: [0], deviceFailure: "device lost" });
  expect(told).toEqual([{ lostRanks: [1, 2] }, { lostRanks: [] }, { lostRanks: [0], deviceFailure: "device lost" }]);
});
