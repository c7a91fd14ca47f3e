/** The least of `npm run chaos`: real processes, two workers lost in mid-block and an edge killed, and no text changes. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { recordSamples, type Sample } from "./load.ts";
import { type Processes, SHIPPED_PACKAGE, startProcesses } from "./processes.ts";
import { Random } from "./random.ts";
import { edgesLost, workersLost } from "./scenarios.ts";

let fleet: Processes;
let samples: Sample[];
beforeAll(async () => {
  fleet = await startProcesses({ edges: 2, workers: 3, model: SHIPPED_PACKAGE, capacity: 16, queueLimit: 64 });
  samples = await recordSamples(fleet.edges[0]!.url, 96, "palimpsest-demo");
});
afterAll(() => fleet[Symbol.asyncDispose]());

const options = (faults: number) => ({ fleet, samples, random: new Random(7), streams: 12, faults, say: () => {} });

it("workers that are lost change no text", { timeout: 180_000 }, async () => {
  const row = await workersLost(options(2));
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.takeovers).toBeGreaterThan(0);
});

it("edges that are killed change no text for clients that come back", { timeout: 180_000 }, async () => {
  const row = await edgesLost(options(1));
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.resumes).toBeGreaterThan(0);
});
