/**
 * Workers whose engine hangs within a forward, or fails every forward, under 50 streams: each says so, its responses continue on
 * other workers, and it serves again or leaves.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readSubjects } from "@palimpsest/fleet";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { Random } from "../../tools/simulate/random.ts";
import { hearClaims, notTakenOver } from "./claims.ts";
import { recordSamples } from "./load.ts";
import { type Processes, startProcesses, type WorkerProgram } from "./processes.ts";
import { crowdOf, rowOf } from "./scenarios.ts";

const STREAMS = 50;
/** A forward of 8 sequences takes up to 0.1 s on an idle machine. */
const FORWARD_LIMIT_MS = 3_000;
const patiently = { timeout: 60_000, interval: 10 };

const preloads = ["hanging-engine", "failing-device"].map(
  (name) => `--import ${new URL(`../support/programs/${name}.ts`, import.meta.url).href}`,
);

let folder: string;
let fleet: Processes;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "broken-engine-"));
  fleet = await startProcesses({
    ...{ edges: 1, workers: 3, capacity: 8, queueLimit: 128, model: SHIPPED_PACKAGE },
    workerEnv: (i) => ({
      NODE_OPTIONS: preloads.join(" "),
      HANG_ENGINE: join(folder, `hang-${i}`),
      FAIL_DEVICE: join(folder, `fail-${i}`),
      FORWARD_LIMIT_MS: String(FORWARD_LIMIT_MS),
    }),
  });
}, 120_000);
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

it("no stream is lost by a hanging or a failing engine", { timeout: 360_000 }, async () => {
  const samples = await recordSamples(fleet.edges[0]!.url, 64, "palimpsest-demo");
  const crowd = crowdOf({ fleet, samples, random: new Random(3), streams: STREAMS, faults: 3, say: () => {} });
  await using link = await hearClaims(fleet.server, crowd);
  const [steady, left, failing] = fleet.workers as [WorkerProgram, WorkerProgram, WorkerProgram];
  const accepting = async () =>
    (await readSubjects(link.jsm, "KV_replicas", "$KV.replicas.>")).filter((it) => it.length > 0);
  const isBusy = ({ life }: WorkerProgram) => {
    const { midBlock, bereaved } = crowd.writtenBy(life);
    expect(midBlock).toBeGreaterThan(3);
    expect(bereaved).toBe(0);
  };
  /** Until all streams that have met a fault are over: three of them without a commit would make a response `poisoned`. */
  const renewed = async () => {
    const met = crowd.streams;
    await vi.waitFor(() => expect(met.filter((stream) => crowd.streams.includes(stream)).length).toBe(0), patiently);
  };
  crowd.grow(STREAMS);

  await vi.waitFor(() => isBusy(steady), patiently);
  const hang = await openHang(0);
  crowd.fault("hangs", steady.life, true);
  await vi.waitFor(async () => expect(await accepting()).toHaveLength(2), patiently);
  await hang.end();
  expect(await notTakenOver(crowd, link)).toEqual([]);
  await vi.waitFor(async () => expect(await accepting()).toHaveLength(3), patiently);
  await renewed();

  await vi.waitFor(() => isBusy(left), patiently);
  const gone = once(left.process, "exit");
  const forever = await openHang(1);
  crowd.fault("hangs forever", left.life, true);
  expect(await gone).toEqual([null, "SIGKILL"]);
  expect(await notTakenOver(crowd, link)).toEqual([]);
  await forever.end();
  await left.start();
  await renewed();

  await vi.waitFor(() => isBusy(failing), patiently);
  const exited = once(failing.process, "exit");
  await writeFile(join(folder, "fail-2"), "");
  crowd.fault("fails", failing.life);
  expect(await exited).toEqual([1, null]);
  expect(await notTakenOver(crowd, link)).toEqual([]);

  await crowd.end();
  const row = rowOf("engines", crowd, ({ ok }) => ok);
  expect(row).toMatchObject({ ok: true, failed: 0, note: "" });
  expect(row.takeovers).toBeGreaterThan(9);
});

/** Has the next graph of a worker hang, until the end. */
async function openHang(worker: number) {
  const fifo = join(folder, `hang-${worker}`);
  await promisify(execFile)("mkfifo", [fifo]);
  return {
    async end(): Promise<void> {
      // First, so that no later graph hangs.
      await rename(fifo, `${fifo}-over`);
      await promisify(execFile)("timeout", ["1", "sh", "-c", `: > ${fifo}-over`]).catch(() => {});
    },
  };
}
