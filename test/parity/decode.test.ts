/**
 * The official `generate()`'s decisions, token for token: forward for forward by the plain loop, and with the forwards spared
 * that another can carry; with and without the K/V cache.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode, type SequenceModel } from "../../gpu-worker/src/decoding/decode.ts";
import { carrying } from "../../gpu-worker/src/decoding/lookahead.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openRankThreads, openRemoteRanks } from "../../gpu-worker/src/program/rank-client.ts";
import { type CountedSequence, type Model, openModel } from "../../gpu-worker/src/runtime/model.ts";
import {
  convertGolden,
  type GoldenName,
  type GoldenPackage,
  type GoldenRun,
  goldenOptions,
  goldenRuns,
  leastForwards,
} from "../support/models/golden.ts";
import { startRanks } from "../support/programs/rank-processes.ts";

/** The longest golden run has 100 prompt tokens and 128 more. */
const PAGES = Array.from({ length: 8 }, (_, page) => page);

/** Several ranks run on one thread, one after the other, or each on its own, or in processes reached by gRPC. */
describe.each([
  { name: "tiny-21", ranks: 1, on: "one thread", twin: "cached", every: 1 },
  { name: "tiny-21", ranks: 3, on: "one thread", twin: "cached", every: 1 },
  { name: "tiny-21", ranks: 2, on: "threads", twin: "cached", every: 1 },
  { name: "tiny-21", ranks: 4, on: "threads", twin: "cached", every: 1 },
  { name: "tiny-21", ranks: 2, on: "processes", twin: "cached", every: 1 },
  { name: "tiny-21", ranks: 4, on: "processes", twin: "cached", every: 1 },
  { name: "tiny-21", ranks: 1, on: "one thread", twin: "recomputed", every: 1 },
  { name: "demo-21", ranks: 1, on: "one thread", twin: "cached", every: 1 },
  { name: "demo-21", ranks: 4, on: "threads", twin: "cached", every: 1 },
  // One run of each mode.
  { name: "demo-21", ranks: 4, on: "processes", twin: "cached", every: 12 },
  { name: "demo-21", ranks: 1, on: "one thread", twin: "recomputed", every: 1 },
] as const)("$name, $ranks ranks on $on, $twin", ({ name, ranks, on, twin, every }) => {
  let golden: GoldenPackage;
  let model: Model;
  const opened = new AsyncDisposableStack();
  beforeAll(async () => {
    golden = opened.use(await convertGolden(name, { quantization: "none", ranks }));
    const manifest = await readManifest(golden.folder);
    const openLinks = {
      "one thread": undefined,
      threads: () => openRankThreads(golden.folder, ranks, 1),
      processes: async () => openRemoteRanks(manifest, opened.use(await startRanks(golden.folder, ranks))),
    }[on];
    model = opened.use(await openModel(golden.folder, manifest, { threads: 1, pages: PAGES.length, openLinks }));
  });
  afterAll(() => opened.disposeAsync());

  const sequence = (): CountedSequence => (twin === "cached" ? model.sequence(PAGES) : model.sequenceWithoutCache());

  const runs = goldenRuns(name).map((run, index) => ({ index, ...run }));
  test.each(runs.filter(({ index }) => index % every === 0))(
    "run $index ($mode) makes the recorded decisions",
    async (run) => {
      const plain = sequence();
      const seen: number[][] = [];
      const { prefill, denoise, commit } = carrying(plain);
      const observed: SequenceModel = {
        prefill,
        denoise: (blocks) => {
          seen.push(...blocks.map(({ tokens }) => [...tokens]));
          return denoise(blocks);
        },
        commit,
      };
      expect(await outputOf(observed, name, run)).toEqual(run.output);
      expect(seen).toEqual(run.block_before_each_forward);
      expect(plain.counts.forwards).toBe(run.forwards);

      const spared = sequence();
      expect(await outputOf(carrying(spared), name, run)).toEqual(run.output);
      expect(spared.counts.forwards).toBe(leastForwards(run));
    },
  );
});

async function outputOf(model: SequenceModel, name: GoldenName, run: GoldenRun): Promise<number[]> {
  const output: number[] = [];
  for await (const step of decode(model, run.prompt, goldenOptions(name, run), new AbortController().signal)) {
    if (step.kind === "commit") output.push(...step.cells);
  }
  return output;
}
