/** The least of `npm run chaos`: real processes, a worker lost in mid-block or told to leave, an edge killed; no text changes. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { hearClaims } from "./claims.ts";
import { recordSamples, type Sample } from "./load.ts";
import { type Processes, startProcesses } from "./processes.ts";
import { Random } from "./random.ts";
import { crowdOf, edgesLost, rowOf, workersLost } from "./scenarios.ts";

let fleet: Processes;
let samples: Sample[];
beforeAll(async () => {
  const size = { edges: 2, workers: 2, capacity: 16, queueLimit: 64 };
  // Some will have been handed over by then, and some not.
  fleet = await startProcesses({ ...size, model: SHIPPED_PACKAGE, drainLimitMs: 300 });
  samples = await recordSamples(fleet.edges[0]!.url, 256, "palimpsest-demo");
});
afterAll(() => fleet[Symbol.asyncDispose]());

const options = () => ({ fleet, samples, random: new Random(7), streams: 8, faults: 1, say: () => {} });

it("a worker that is lost changes no text", { timeout: 180_000 }, async () => {
  const row = await workersLost(options());
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.takeovers).toBeGreaterThan(0);
});

it("an edge that is killed changes no text for clients that come back", { timeout: 180_000 }, async () => {
  const row = await edgesLost(options());
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.resumes).toBeGreaterThan(0);
});

it("a worker that is told to leave hands over or finishes what it writes, and exits with 0", async () => {
  const short = await recordSamples(fleet.edges[0]!.url, 32, "palimpsest-demo");
  const crowd = crowdOf({ ...options(), samples: [...samples, ...short] });
  await using _claims = await hearClaims(fleet.server, crowd);
  crowd.grow(12);
  const [worker] = fleet.workers;
  await vi.waitFor(() => expect(crowd.writtenBy(worker!.life).midBlock).toBeGreaterThan(2), {
    timeout: 30_000,
    interval: 10,
  });
  crowd.fault("told to leave", worker!.life);
  expect((await worker!.leave()).code).toBe(0);
  await crowd.end();
  const row = rowOf("told to leave", crowd, ({ ok }) => ok);
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.takeovers).toBeGreaterThan(0);
});
