/** A sequence's candidates have the same bits alone and batched with any other sequences. */

import { expect, it } from "vitest";
import type { Candidate } from "../../gpu-worker/src/decoding/block.ts";
import type { DecodeOptions } from "../../gpu-worker/src/decoding/open-window.ts";
import { uniform } from "../../gpu-worker/src/decoding/sampling.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { type Model, openModel } from "../../gpu-worker/src/runtime/model.ts";
import { ahead, decodeWith } from "../support/models/decode-with.ts";
import { convertGolden, type GoldenName, type GoldenRun, goldenOptions, goldenRuns } from "../support/models/golden.ts";

const PAGES_EACH = 8;
const TOGETHER = 5;

it.each([
  ["tiny-21", "none", 1],
  ["tiny-21", "int4", 2],
  ["demo-21", "int8", 1],
] as const)("%s in %s on %i ranks decides alike alone and batched", async (name, quantization, ranks) => {
  await using golden = await convertGolden(name, { quantization, ranks });
  const manifest = await readManifest(golden.folder);
  const model = await openModel(golden.folder, manifest, { threads: 1, pages: PAGES_EACH * TOGETHER });
  const runs = goldenRuns(name).slice(0, 16);

  const alone: string[] = [];
  for (const [i, run] of runs.entries()) alone.push(await transcript(model, 0, optionsOf(name, run, i), run.prompt));
  // A few slots each take the next run as soon as they are free, so that sequences at all stages meet.
  const together = new Array<string>(runs.length);
  const queue = [...runs.entries()];
  const place = async (slot: number): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [i, run] = next;
      together[i] = await transcript(model, slot, optionsOf(name, run, i), run.prompt);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, (_, slot) => place(slot)));
  expect(together).toEqual(alone);
});

it.each(["none", "int8", "int4"] as const)(
  "cells asked for alone have the bits they have among all, %s",
  async (quantization) => {
    await using golden = await convertGolden("tiny-21", { quantization, ranks: 1 });
    const manifest = await readManifest(golden.folder);
    const model = await openModel(golden.folder, manifest, { threads: 1, pages: 1 });
    const block = Array.from({ length: manifest.blockLength }, (_, i) => (i % 3 === 0 ? manifest.maskToken : i));
    const cells = [...block.keys()];
    const candidates = async (cells: readonly number[]) =>
      (await model.sequence([0]).forward([{ tokens: block, cells }]))[0] as readonly Candidate[];
    const all = await candidates(cells);
    for (const cell of cells) {
      const some = cells.filter((other) => other % (cell + 1) === 0);
      expect(await candidates(some)).toEqual(some.map((one) => all[one]));
    }
  },
);

/** Every other sequence draws its tokens. */
function optionsOf(name: GoldenName, run: GoldenRun, i: number): DecodeOptions {
  const draws = (block: number, step: number, cell: number) =>
    uniform({ seed: BigInt(i), choice: 0, block, step, cell });
  const sampling = { temperature: 0.9, topK: 50, topP: 0.9, uniform: draws };
  return { ...goldenOptions(name, run), ...(i % 2 === 1 && { sampling }) };
}

/** Every candidate of every step, probabilities to the last bit. */
async function transcript(
  model: Model,
  slot: number,
  options: DecodeOptions,
  prompt: readonly number[],
): Promise<string> {
  const lines: string[] = [];
  const pages = Array.from({ length: PAGES_EACH }, (_, i) => slot * PAGES_EACH + i);
  const sequence = model.sequence(pages);
  const observed: Parameters<typeof ahead>[0] = {
    prefill: (tokens, signal) => sequence.prefill(tokens, signal),
    forward: async (blocks) => {
      const candidates = await sequence.forward(blocks);
      lines.push(JSON.stringify(candidates));
      return candidates;
    },
    commit: (block) => sequence.commit(block),
  };
  await Array.fromAsync(decodeWith(ahead(observed), prompt, options, new AbortController().signal));
  return lines.join("\n");
}
