/**
 * The short form of `npm run chaos`: real processes, a worker killed within a block or drained, an edge killed; no text
 * changes.
 */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { Random } from "../../tools/simulate/random.ts";
import { hearClaims } from "./claims.ts";
import { recordSamples, type Sample } from "./load.ts";
import { type Processes, startProcesses } from "./processes.ts";
import { crowdOf, edgesLost, rowOf, workersLost } from "./scenarios.ts";

let fleet: Processes;
let samples: Sample[];
beforeAll(async () => {
  const size = { edges: 2, workers: 2, capacity: 16, queueLimit: 64 };
  // Some responses are handed over by then, and some are not.
  fleet = await startProcesses({ ...size, model: SHIPPED_PACKAGE, drainLimitMs: 300 });
  samples = await recordSamples(fleet.edges[0]!.url, 256, "palimpsest-demo");
});
afterAll(() => fleet[Symbol.asyncDispose]());

const options = () => ({ fleet, samples, random: new Random(7), streams: 8, faults: 1, say: () => {} });

it("a crashed worker changes no text", { timeout: 180_000 }, async () => {
  const row = await workersLost(options());
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.takeovers).toBeGreaterThan(0);
});

it("a killed edge changes no text for clients that reconnect", { timeout: 180_000 }, async () => {
  const row = await edgesLost(options());
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.resumes).toBeGreaterThan(0);
});

it("a draining worker hands over or finishes its responses, and exits with 0", async () => {
  const short = await recordSamples(fleet.edges[0]!.url, 32, "palimpsest-demo");
  const crowd = crowdOf({ ...options(), samples: [...samples, ...short] });
  await using _claims = await hearClaims(fleet.server, crowd);
  crowd.grow(12);
  const [worker] = fleet.workers;
  await vi.waitFor(() => expect(crowd.writtenBy(worker!.life).midBlock).toBeGreaterThan(2), {
    timeout: 30_000,
    interval: 10,
  });
  crowd.fault("drained", worker!.life);
  expect((await worker!.leave()).code).toBe(0);
  await crowd.end();
  const row = rowOf("drained", crowd, ({ ok }) => ok);
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.takeovers).toBeGreaterThan(0);
});
