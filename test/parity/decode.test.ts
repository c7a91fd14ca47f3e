/** The official `generate()`'s decisions, token for token and forward for forward, with and without the K/V cache. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decode, type SequenceModel } from "../../gpu-worker/src/engine/decode.ts";
import { type CountedSequenceModel, type Model, openModel } from "../../gpu-worker/src/runtime/model.ts";
import { readManifest } from "../../gpu-worker/src/runtime/package.ts";
import {
  convertGolden,
  type GoldenName,
  type GoldenPackage,
  type GoldenRun,
  goldenOptions,
  goldenRuns,
} from "../support/golden.ts";

/** The longest golden run has 100 prompt tokens and 128 more. */
const PAGES = Array.from({ length: 8 }, (_, page) => page);

describe.each([
  { name: "tiny-21", ranks: 1, twin: "cached" },
  { name: "tiny-21", ranks: 3, twin: "cached" },
  { name: "tiny-21", ranks: 1, twin: "recomputed" },
  { name: "demo-21", ranks: 1, twin: "cached" },
  { name: "demo-21", ranks: 1, twin: "recomputed" },
] as const)("$name, $ranks ranks, $twin", ({ name, ranks, twin }) => {
  let golden: GoldenPackage;
  let model: Model;
  beforeAll(async () => {
    golden = await convertGolden(name, { quantization: "none", ranks });
    model = await openModel(golden.folder, await readManifest(golden.folder), { threads: 1, pages: PAGES.length });
  });
  afterAll(() => golden[Symbol.asyncDispose]());

  test.each(goldenRuns(name).map((run, index) => ({ index, ...run })))("run $index ($mode)", async (run) => {
    await reproduces(run, name, twin === "cached" ? model.sequence(PAGES) : model.sequenceWithoutCache());
  });
});

async function reproduces(run: GoldenRun, name: GoldenName, model: CountedSequenceModel): Promise<void> {
  const seen: number[][] = [];
  const observed: SequenceModel = {
    prefill: (tokens, signal) => model.prefill(tokens, signal),
    denoise: (block, cells) => {
      seen.push([...block]);
      return model.denoise(block, cells);
    },
    commit: (block) => model.commit(block),
  };
  const output: number[] = [];
  for await (const step of decode(observed, run.prompt, goldenOptions(name, run), new AbortController().signal)) {
    if (step.kind === "commit") output.push(...step.cells);
  }
  expect(output).toEqual(run.output);
  expect(seen).toEqual(run.block_before_each_forward);
  expect(model.counts.forwards).toBe(run.forwards);
}
