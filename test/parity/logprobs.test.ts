/** Log-probabilities of committed tokens, against the forward in plain loops over what the last denoise step saw. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Decoding } from "@palimpsest/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { convertCheckpoint } from "../../gpu-worker/convert/convert.ts";
import { adjusting } from "../../gpu-worker/src/engine/adjustments.ts";
import { carrying, type SequenceForwards } from "../../gpu-worker/src/engine/carrying.ts";
import { decode } from "../../gpu-worker/src/engine/decode.ts";
import { uniform } from "../../gpu-worker/src/engine/sampling.ts";
import { scored } from "../../gpu-worker/src/engine/token-scores.ts";
import { type Model, openModel } from "../../gpu-worker/src/runtime/model.ts";
import { readManifest } from "../../gpu-worker/src/runtime/package.ts";
import { type WrittenCheckpoint, writeCheckpoint } from "../support/checkpoint.ts";
import { referenceProbabilities } from "../support/reference-model.ts";

const BLOCK = 8;
const MASK = 95;
const PAGES = [0, 1, 2, 3, 4, 5];
const prompt = Array.from({ length: 13 }, (_, i) => (i * 37 + 11) % MASK);
const places = { blockLength: BLOCK, prompted: prompt.length % BLOCK, endTokens: new Set([94]) };

let folder: string;
let checkpoint: WrittenCheckpoint;
let model: Model;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-logprobs-"));
  checkpoint = await writeCheckpoint(join(folder, "checkpoint"));
  const target = join(folder, "package");
  const options = { quantization: "none", ranks: 1, blockLength: BLOCK } as const;
  await convertCheckpoint({ source: checkpoint.folder, target, ...options });
  model = await openModel(target, await readManifest(target), { threads: 1, pages: PAGES.length });
});
afterAll(() => rm(folder, { recursive: true }));

const edits = { rule: "2.1", threshold: 0.3, editing_threshold: 0.05, num_to_transfer: 1 } as const;
const sampling = {
  temperature: 1.3,
  uniform: (block: number, step: number, cell: number) => uniform({ seed: 5n, choice: 0, block, step, cell }),
};
const moved = { logitBias: new Map([[7, 4], [8, -4]]), penaltyLambda: 2, minTokens: 9 }; // biome-ignore format: a table

test.each<[string, Decoding, object]>([
  ["2.1", { ...edits, max_post_steps: 16 }, {}],
  ["2.1 whose post steps run out", { ...edits, max_post_steps: 1 }, {}],
  ["2.1 without post steps", { ...edits, max_post_steps: 0 }, {}],
  ["2.1, drawn, biased and penalized", { ...edits, max_post_steps: 4 }, { sampling, ...adjusting(moved, places) }],
  ["2.0", { rule: "2.0", threshold: 0.2, num_to_transfer: 1 }, {}],
  [
    "2.0, drawn, biased and penalized",
    { rule: "2.0", threshold: 0.2, num_to_transfer: 1 },
    { sampling, ...adjusting(moved, places) },
  ],
])("%s, cached and recomputed", async (_, decoding, changes) => {
  const told = [];
  for (const sequence of [model.sequence(PAGES), model.sequenceWithoutCache()]) {
    /** What each forward saw of the block that it was for. */
    const seen: (readonly number[])[] = [];
    const observed: SequenceForwards = {
      prefill: (tokens, signal) => sequence.prefill(tokens, signal),
      forward: (blocks) => sequence.forward(blocks),
      commit: (block) => sequence.commit(block),
    };
    const carried = carrying(observed);
    const plain = {
      ...carried,
      denoise: (...asked: Parameters<typeof carried.denoise>) => {
        seen.push(...asked[0].map(({ tokens }) => tokens));
        return carried.denoise(...asked);
      },
    };
    const options = {
      decoding,
      blockLength: BLOCK,
      maskToken: MASK,
      eosTokens: new Set<number>(),
      maxTokens: 15,
      ...changes,
    };
    const steps = decode(plain, prompt, options, new AbortController().signal);
    const looksAgain = decoding.rule !== "2.0";
    const scoring = { best: 3, prompted: places.prompted, maskToken: MASK, looksAgain };
    const answer: number[] = [];
    const commits = [];
    for await (const step of scored(steps, sequence, scoring)) {
      if (step.kind !== "commit") continue;
      const before = [...prompt, ...answer].slice(0, Math.floor((prompt.length + answer.length) / BLOCK) * BLOCK);
      const first = step.block === 0 ? places.prompted : 0;
      const rowsOf = once((looked: readonly number[]) =>
        referenceProbabilities(checkpoint.model, checkpoint.tensors, [...before, ...looked], BLOCK),
      );
      for (const [cell, { logprob, best, step: at }] of (step.tokens ?? []).entries()) {
        const looked = seen[looksAgain ? seen.length - 1 : at]!;
        const row = rowsOf(looked)[before.length + first + cell]!.map(Math.log);
        expect(logprob).toBeCloseTo(row[step.cells[cell]!]!, 3);
        const ranked = [...row.keys()].toSorted((a, b) => row[b]! - row[a]!);
        expect(best.map(({ token }) => token)).toEqual(ranked.slice(0, 3));
      }
      answer.push(...step.cells);
      commits.push(step);
      seen.length = 0;
    }
    expect(commits.map(({ tokens }) => tokens?.length)).toEqual([3, 8, 4]);
    told.push(commits.map(({ cells, tokens }) => [cells, tokens?.map(({ step }) => step)]));
  }
  expect(told[0]).toEqual(told[1]);
});

/** Computes what it is asked for again and again but once. */
function once<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}
