/**
 * Compares decoding with the official `generate()`, token for token: forward for forward in the plain loop, and with
 * the forwards that lookahead saves; with and without the K/V cache.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SequenceModel } from "../../gpu-worker/src/decoding/decode.ts";
import type { SequenceForwards } from "../../gpu-worker/src/decoding/forwards.ts";
import { Lookahead } from "../../gpu-worker/src/decoding/lookahead.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openRankThreads, openRemoteRanks } from "../../gpu-worker/src/program/rank-client.ts";
import { type Model, openModel } from "../../gpu-worker/src/runtime/model.ts";
import { ahead, decodeWith, type ModelOf } from "../support/models/decode-with.ts";
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
  // The first run of each mode.
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

  const sequence = (): SequenceForwards => (twin === "cached" ? model.sequence(PAGES) : model.sequenceWithoutCache());

  const runs = goldenRuns(name).map((run, index) => ({ index, ...run }));
  it.each(runs.filter(({ index }) => index % every === 0))("run $index ($mode)", async (run) => {
    const plain = sequence();
    const seen: number[][] = [];
    const withoutNext = new Lookahead(plain, { nextBlockQuery: () => undefined });
    const observed: SequenceModel = {
      prefill: (tokens, signal) => withoutNext.prefill(tokens, signal),
      denoise: (blocks) => {
        seen.push(...blocks.map(({ tokens }) => [...tokens]));
        return withoutNext.denoise(blocks);
      },
      commit: (block) => withoutNext.commit(block),
    };
    expect(await outputOf(observed, name, run)).toEqual(run.output);
    expect(seen).toEqual(run.block_before_each_forward);
    expect(plain.counts.forwards).toBe(run.forwards);

    const spared = sequence();
    expect(await outputOf(ahead(spared), name, run)).toEqual(run.output);
    expect(spared.counts.forwards).toBe(leastForwards(run));
  });
});

async function outputOf(model: SequenceModel | ModelOf, name: GoldenName, run: GoldenRun): Promise<number[]> {
  const output: number[] = [];
  for await (const step of decodeWith(model, run.prompt, goldenOptions(name, run), new AbortController().signal)) {
    if (step.kind === "commit") output.push(...step.cells);
  }
  return output;
}
