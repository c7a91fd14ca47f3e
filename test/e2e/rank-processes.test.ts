/**
 * A replica of three processes with killed, frozen and slow ranks, and ranks that must be rejected. Every sequence ends
 * correctly or with the stated error, and the replica recovers when the rank returns.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { service as health } from "grpc-health-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import { openRemoteRanks } from "../../gpu-worker/src/program/rank-client.ts";
import { convertGolden, type GoldenPackage, type GoldenRun, goldenRuns } from "../support/models/golden.ts";
import { goldenRequest } from "../support/models/golden-request.ts";
import { type RankProcesses, startRanks } from "../support/programs/rank-processes.ts";
import { openRemoteEngine, type RemoteEngine } from "../support/programs/remote-engine.ts";
import { patiently } from "../support/waiting.ts";

const PROGRAM = fileURLToPath(new URL("../../gpu-worker/src/main.ts", import.meta.url));
const EOS = 508;
/** tiny-21's page: keys and values of 32 tokens in 3 layers, 2 heads of 32, f32. */
const PAGE_BYTES = 2 * 32 * 3 * 2 * 32 * 4;
/** Run concurrently, one of each mode. */
const runs = goldenRuns("tiny-21").filter(({ eos_id, gen_length }) => eos_id === EOS && gen_length === 64);

const opened = new AsyncDisposableStack();
let golden: GoldenPackage;
let manifest: Manifest;
let ranks: RankProcesses;
let engine: RemoteEngine;
let client: grpc.Client;
let leader: ChildProcess;
let heldAtFirst: number[];

beforeAll(async () => {
  golden = opened.use(await convertGolden("tiny-21", { quantization: "none", ranks: 3 }));
  ranks = opened.use(await startRanks(golden.folder, 3));
  const address = `unix:${join(golden.folder, "worker.sock")}`;
  manifest = await readManifest(golden.folder);
  const env = {
    MODEL_PACKAGE: golden.folder,
    RANK_ADDRESSES: ranks.addresses.join(),
    RANK_DEADLINE_MS: "1000",
    // No spare slots or pages: later sequences would notice any that a failed sequence kept.
    CAPACITY: String(runs.length),
    KV_CACHE_BYTES: String(6 * runs.length * PAGE_BYTES),
    WORKER_ADDRESS: address,
    LOG_LEVEL: "warn",
  };
  leader = spawn(process.execPath, [PROGRAM], { env: { ...process.env, ...env }, stdio: "inherit" });
  opened.defer(() => leave(leader));
  client = opened.adopt(new grpc.Client(address, grpc.credentials.createInsecure()), (it) => it.close());
  await reported("SERVING");
  engine = opened.use(await openRemoteEngine(address));
  await undisturbed();
  heldAtFirst = await held();
});
afterAll(() => opened.disposeAsync());

it("a killed rank fails running sequences, takes the worker out of service, and is accepted again", async () => {
  const answers = await disturbed(() => ranks.process(2).kill("SIGKILL"));
  await reported("NOT_SERVING");
  expect(answers.flatMap(({ error }) => error ?? [])).not.toHaveLength(0);
  expect(await answer(runs[0]!)).toMatchObject({ error: { code: "unavailable", retryable: true } });
  ranks.start(2);
  await reported("SERVING");
  await undisturbed();
});

it("a frozen rank is unreachable after the deadline, and is accepted again when it resumes", async () => {
  await disturbed(() => ranks.process(1).kill("SIGSTOP"));
  await reported("NOT_SERVING");
  ranks.process(1).kill("SIGCONT");
  await reported("SERVING");
  await undisturbed();
});

it("a slow rank only costs time", async () => {
  const slow = ranks.process(1);
  const done = new AbortController();
  const stutter = (async () => {
    while (!done.signal.aborted) {
      slow.kill("SIGSTOP");
      await sleep(100);
      slow.kill("SIGCONT");
      await sleep(20);
    }
  })();
  const [run] = runs as [GoldenRun];
  const slowed = await answer(run);
  done.abort();
  await stutter;
  expect(slowed).toEqual({ tokens: run.output });
});

it("the leader and the rank that was not restarted end with as many resources as at the beginning", async () => {
  await vi.waitFor(async () => expect(await held()).toEqual(heldAtFirst), { timeout: 10_000, interval: 200 });
});

it("a leader names a rank with another package, and unreachable ranks", async () => {
  const { addresses } = ranks;
  await expect(openRemoteRanks({ ...manifest, blockLength: 64 }, { addresses })).rejects.toMatchObject({
    name: "PackageError",
    message: expect.stringMatching(
      /rank [12] at unix:\S+ holds package [0-9a-f]{64}, this process [0-9a-f]{64}; give all/,
    ),
  });
  const unreachable = ["unix:/nowhere/a", addresses[1] as string];
  await expect(openRemoteRanks(manifest, { addresses: unreachable, limitMs: 1500 })).rejects.toThrow(
    /^rank 1 at unix:\/nowhere\/a was not reachable within 1.5 s: /,
  );
  await expect(openRemoteRanks(manifest, { addresses: ["a:1"] })).rejects.toThrow(
    "split over 3 ranks: it needs 2 addresses beside the leader's, not 1",
  );
});

interface Answer {
  readonly tokens: readonly number[];
  readonly error?: { readonly code: string; readonly retryable: boolean };
}

async function answer(run: GoldenRun, onDraft = () => {}): Promise<Answer> {
  const tokens: number[] = [];
  for await (const event of engine.generate(goldenRequest(run), AbortSignal.timeout(30_000))) {
    if (event.type === "draft") onDraft();
    if (event.type === "commit") tokens.push(...(event.token_ids ?? []));
    if (event.type === "error") return { tokens, error: event };
  }
  return { tokens };
}

/** Runs all in parallel; calls `act` once the first is in progress. Each ends correctly, or with the stated error. */
async function disturbed(act: () => void, asked = runs): Promise<Answer[]> {
  let acted = false;
  const once = () => {
    if (!acted) act();
    acted = true;
  };
  const answers = await Promise.all(asked.map((run) => answer(run, once)));
  for (const [i, { tokens, error }] of answers.entries()) {
    const { output } = asked[i] as GoldenRun;
    if (error === undefined) expect(tokens).toEqual(output);
    else expect(error).toMatchObject({ code: "unavailable", retryable: true, message: /rank [12] is unreachable/ });
    expect(tokens, "what was committed stays right").toEqual(output.slice(0, tokens.length));
  }
  return answers;
}

async function undisturbed(): Promise<void> {
  expect(await disturbed(() => {})).toEqual(runs.map(({ output: tokens }) => ({ tokens })));
}

/** Waits until the worker reports this health. */
async function reported(status: "SERVING" | "NOT_SERVING"): Promise<void> {
  const { path, requestSerialize, responseDeserialize } = health.Check!;
  const current = () =>
    new Promise<unknown>((resolve) => {
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: "" }, (_, response) =>
        resolve((response as { status: string } | undefined)?.status),
      );
    });
  await vi.waitFor(async () => expect(await current()).toBe(status), { ...patiently, timeout: 100_000 });
}

/** Threads, and open files and sockets, of the leader and of rank 1. */
async function held(): Promise<number[]> {
  const kinds = [leader, ranks.process(1)].flatMap(({ pid }) => [`/proc/${pid}/task`, `/proc/${pid}/fd`]);
  return Promise.all(kinds.map(async (kind) => (await readdir(kind)).length));
}

async function leave(program: ChildProcess): Promise<void> {
  const exited = program.exitCode === null ? once(program, "exit") : [program.exitCode, program.signalCode];
  program.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
}
