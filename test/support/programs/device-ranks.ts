/**
 * Golden runs of tiny-21 with experts on devices, in a program of its own: FOLDER SCENARIO. Prints what happened as JSON. In
 * the same process and at the same time, onnxruntime runs a graph on its own WebGPU device, over and over.
 *
 * - `answers`: the answer to one run, over the ranks of the package, each with a device in a thread of its own.
 * - `loss`: rank 0's device is destroyed in a forward; then the run once more.
 * - `thread`: rank 1's thread, with a device, is ended in a forward; then the run once more.
 * - `frozen`, `killed`: rank 1, a process with a device, stops for a while in a forward, or is killed and started again.
 */
import { setTimeout } from "node:timers/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import { OnnxGraph } from "../../../gpu-worker/src/model/onnx-graph.ts";
import type { RankLink } from "../../../gpu-worker/src/parallel/exchange.ts";
import { openReconnectingLink } from "../../../gpu-worker/src/parallel/reconnecting-link.ts";
import { createExchangeMemory, openRankThread, openRemoteRanks } from "../../../gpu-worker/src/program/rank-client.ts";
import { type DeviceShard, openDeviceShard } from "../../../gpu-worker/src/runtime/device-shard.ts";
import { type Model, openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { ahead, decodeWith, type ModelOf } from "../models/decode-with.ts";
import { type GoldenRun, goldenOptions, goldenRuns } from "../models/golden.ts";
import { patiently, until } from "../waiting.ts";
import { startRanks } from "./rank-processes.ts";

export type Scenario = "answers" | "loss" | "thread" | "frozen" | "killed";

export interface DeviceRanksResult {
  readonly answer: readonly number[];
  /** Of the forward in which a rank failed, and the ranks that were missing then. */
  readonly failure?: { readonly code: string; readonly message: string };
  readonly lostRanks?: readonly number[];
  /** Runs of onnxruntime's own device, and how many were right. */
  readonly onnxruntime: { readonly runs: number; readonly right: number };
}

/** A short run. */
const RUN = 3;
const PAGES = 8;
/** Software computes a layer in a fraction of it. */
const DEADLINE_MS = 2500;
/** The forward in which a rank fails. */
const FAILING = 2;

const [folder, scenario] = process.argv.slice(2) as [string, Scenario];
const manifest = await readManifest(folder);
const run = goldenRuns("tiny-21")[RUN] as GoldenRun;
const device = { kind: "webgpu" } as const;
const onnxruntime = await beside();
const memory = manifest.ranks > 1 ? await createExchangeMemory(folder) : undefined;

/** The current devices and threads, by rank. */
const current: { own?: DeviceShard; threads: RankLink[] } = { threads: [] };
const openOwn = () =>
  openReconnectingLink({
    rank: 0,
    open: async () => {
      current.own = await openDeviceShard(folder, 0, device);
      return current.own;
    },
  });
const openLinks = () =>
  Promise.all(
    Array.from({ length: manifest.ranks - 1 }, (_, i) =>
      openReconnectingLink({
        rank: i + 1,
        open: async (signal) => {
          const settings = { kind: "local", package: folder, rank: i + 1, threads: 1, device } as const;
          const link = await openRankThread(settings, { signal, memory });
          current.threads[i] = link;
          return link;
        },
      }),
    ),
  );
const inProcess = scenario === "frozen" || scenario === "killed";
if (inProcess) process.env.EXPERT_DEVICE = "webgpu";
await using processes = inProcess ? await startRanks(folder, manifest.ranks) : undefined;
const ranks = processes
  ? { openLinks: () => openRemoteRanks(manifest, { ...processes, deadlineMs: DEADLINE_MS }) }
  : { openOwn, ...(manifest.ranks > 1 && { openLinks }) };
await using model = await openModel(folder, manifest, { threads: 1, pages: PAGES, ...ranks });
/** What happens in the forward that fails. */
const failures = {
  loss: () => current.own?.opened.device.destroy(),
  thread: () => current.threads[0]?.[Symbol.asyncDispose](),
  frozen: () => processes?.process(1).kill("SIGSTOP"),
  killed: () => processes?.process(1).kill("SIGKILL"),
};

const result: DeviceRanksResult = { ...(await play(model)), onnxruntime: await onnxruntime.end() };
console.log(JSON.stringify(result));

async function play(model: Model): Promise<Omit<DeviceRanksResult, "onnxruntime">> {
  if (scenario === "answers") return { answer: await answer(model) };
  const failure = await answer(model, failures[scenario]).then(
    () => ({ code: "none", message: "the forward did not fail" }),
    ({ code, message }) => ({ code, message }),
  );
  const { lostRanks } = model;
  if (scenario === "frozen") processes?.process(1).kill("SIGCONT");
  if (scenario === "killed") processes?.start(1);
  await until(() => model.lostRanks.length === 0, patiently.timeout);
  return { answer: await answer(model), failure, lostRanks };
}

/** The tokens of the run. @param fail called in one of its forwards */
async function answer(model: Model, fail?: () => unknown): Promise<number[]> {
  using sequence = model.sequence(Array.from({ length: PAGES }, (_, page) => page));
  let forwards = 0;
  const watched: ModelOf = (window) => {
    const own = ahead(sequence)(window);
    return {
      prefill: (tokens, signal) => own.prefill(tokens, signal),
      denoise(blocks) {
        const denoised = own.denoise(blocks);
        if (forwards++ === FAILING) void fail?.();
        return denoised;
      },
      commit: (block) => own.commit(block),
    };
  };
  const tokens: number[] = [];
  for await (const step of decodeWith(watched, run.prompt, goldenOptions("tiny-21", run))) {
    if (step.kind === "commit") tokens.push(...step.cells);
  }
  return tokens;
}

/** Runs a graph on onnxruntime's device until the end. */
async function beside() {
  const g = new OnnxGraph("beside", "webgpu");
  const x = g.input("x", "f32", [2]);
  g.output("sum", g.node("Add", [x, x]), "f32", [2]);
  const session = await InferenceSession.create(g.serialize(), { executionProviders: ["webgpu"], logSeverityLevel: 3 });
  let [isRunning, runs, right] = [true, 0, 0];
  const running = (async () => {
    while (isRunning) {
      const { sum } = await session.run({ x: new Tensor("float32", [runs, 1], [2]) });
      if (sum?.data[0] === 2 * runs) right++;
      runs++;
      await setTimeout(50);
    }
  })();
  return {
    async end() {
      isRunning = false;
      await running;
      await session.release();
      return { runs, right };
    },
  };
}
