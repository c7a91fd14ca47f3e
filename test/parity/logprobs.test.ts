/**
 * Compares whole answers and the log-probabilities of their tokens with a forward in plain loops. A token's
 * log-probability is that of the last denoise step that included it.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Decoding } from "@palimpsest/proto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { adjusting } from "../../gpu-worker/src/decoding/logit-adjustments.ts";
import type { DecodeOptions } from "../../gpu-worker/src/decoding/open-window.ts";
import { uniform } from "../../gpu-worker/src/decoding/sampling.ts";
import { scored } from "../../gpu-worker/src/engine/token-scores.ts";
import { type Model, openModel } from "../../gpu-worker/src/runtime/model.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { type WrittenCheckpoint, writeCheckpoint } from "../support/models/checkpoint.ts";
import { ahead, decodeWith } from "../support/models/decode-with.ts";
import { referenceProbabilities } from "../support/models/reference-model.ts";
import { referenceSequence } from "./reference-sequence.ts";

const BLOCK = 8;
const MASK = 95;
const EDITS = { delete: 3, split: 50 };
const PAGES = [0, 1, 2, 3, 4, 5];
const prompt = Array.from({ length: 13 }, (_, i) => (i * 37 + 11) % MASK);
const places = { blockLength: BLOCK, prompted: prompt.length % BLOCK, endTokens: new Set([94]), maskToken: MASK };

let folder: string;
let checkpoint: WrittenCheckpoint;
let model: Model;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-logprobs-"));
  const config = { delete_token_id: EDITS.delete, split_token_id: EDITS.split };
  checkpoint = await writeCheckpoint(join(folder, "checkpoint"), { config });
  const options = { quantization: "none", ranks: 1, blockLength: BLOCK } as const;
  const target = join(folder, "package");
  const manifest = await convertCheckpoint({ source: checkpoint.folder, target, ...options });
  model = await openModel(target, manifest, { threads: 1, pages: PAGES.length });
});
afterAll(() => rm(folder, { recursive: true }));

const v21 = { rule: "2.1", threshold: 0.3, editing_threshold: 0.05 } as const;
const v20 = { rule: "2.0", threshold: 0.2 } as const;
const v22 = { ...v21, rule: "2.2", editing_threshold: 0, max_post_steps: 4 } as const;
const drawn = {
  sampling: {
    temperature: 1.3,
    topK: 40,
    topP: 0.9,
    uniform: (block: number, step: number, cell: number) => uniform({ seed: 5n, choice: 0, block, step, cell }),
  },
};
const moved = adjusting({ logitBias: new Map([[7, 4], [8, -4]]), penaltyLambda: 2, presencePenalty: 1, frequencyPenalty: 0.5, minTokens: 9 }, places); // biome-ignore format: a table
/** Makes the rule delete and insert cells. */
const eager: Pick<DecodeOptions, "adjust"> = {
  adjust: ({ cells }) => cells.flatMap((cell) => Object.values(EDITS).map((token) => ({ cell, token, by: 2.5 }))),
};

it.each<[string, Decoding, Partial<DecodeOptions>]>([
  ["2.1", { ...v21, max_post_steps: 16 }, {}],
  ["2.1 whose post steps run out", { ...v21, max_post_steps: 1 }, {}],
  ["2.1 without post steps", { ...v21, max_post_steps: 0 }, {}],
  ["2.1, drawn, biased and penalized", { ...v21, max_post_steps: 4 }, { ...drawn, ...moved }],
  ["2.0", v20, {}],
  ["2.0, drawn, biased and penalized", v20, { ...drawn, ...moved }],
  ["2.2", v22, eager],
  ["2.2 whose post steps run out", { ...v22, max_post_steps: 1 }, eager],
  ["2.2, drawn", v22, { ...drawn, ...eager }],
])("log-probabilities of %s are those of the plain forward, cached and recomputed", async (_, decoding, changes) => {
  const options: DecodeOptions = {
    decoding,
    blockLength: BLOCK,
    maskToken: MASK,
    editTokens: EDITS,
    eosTokens: new Set<number>(),
    maxTokens: 15,
    ...changes,
  };
  const rescores = decoding.rule !== "2.0";
  const scoring = { best: 3, prompted: places.prompted, maskToken: MASK, rescores };
  const expected = await describedRun(options);
  if (decoding.rule === "2.2") expect(expected.kinds).toEqual(expect.arrayContaining(["delete", "insert"]));
  for (const sequence of [model.sequence(PAGES), model.sequenceWithoutCache()]) {
    const steps = decodeWith(ahead(sequence), prompt, options, new AbortController().signal);
    let commits = 0;
    for await (const { kind, cells, tokens = [] } of scored(steps, sequence, scoring)) {
      if (kind !== "commit") continue;
      const block = expected.blocks[commits++]!;
      expect(cells).toEqual(block.cells);
      expect(tokens.map(({ step }) => step)).toEqual(block.settled);
      for (const [cell, { logprob, best, step }] of tokens.entries()) {
        const row = block.logprobs(rescores ? block.steps - 1 : step)[cell]!;
        expect(logprob).toBeCloseTo(row[cells[cell]!]!, 3);
        const ranked = [...row.keys()].toSorted((a, b) => row[b]! - row[a]!);
        expect(best.map(({ token }) => token)).toEqual(ranked.slice(0, 3));
      }
    }
    expect(commits).toBe(expected.blocks.length);
  }
});

/** Decodes with the plain loops and records each step's view of its block. */
async function describedRun(options: DecodeOptions) {
  const looked: (readonly number[])[] = [];
  const plain = referenceSequence(checkpoint, options);
  const observed: typeof plain = {
    ...plain,
    denoise: (blocks) => {
      looked.push(...blocks.map(({ tokens }) => tokens));
      return plain.denoise(blocks);
    },
  };
  const before = prompt.slice(0, prompt.length - places.prompted);
  const blocks = [];
  const kinds: string[] = [];
  const states: (readonly number[])[] = [];
  for await (const step of decodeWith(observed, prompt, options, new AbortController().signal)) {
    if (step.kind === "denoise") {
      states.push(step.cells);
      kinds.push(...step.edits.map(({ op }) => op));
      continue;
    }
    const { cells } = step;
    const [earlier, seen, stood] = [[...before], looked.splice(0), states.splice(0)];
    const first = BLOCK - (stood[0] as readonly number[]).length;
    const logprobs = (which: number) =>
      referenceProbabilities(checkpoint.model, checkpoint.tensors, [...earlier, ...seen[which]!], BLOCK)
        .slice(earlier.length + first)
        .map((row) => row.map(Math.log));
    // The step from which on the cell contains its final token.
    const settled = cells.map((token, cell) => stood.findLastIndex((state) => state[cell] !== token) + 1);
    const known = new Map<number, number[][]>();
    blocks.push({
      cells,
      settled,
      steps: seen.length,
      logprobs: (which: number) => known.get(which) ?? known.set(which, logprobs(which)).get(which)!,
    });
    before.push(...prompt.slice(before.length, prompt.length), ...cells);
  }
  return { blocks, kinds };
}
