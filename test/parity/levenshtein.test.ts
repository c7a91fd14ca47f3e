/**
 * LLaDA 2.2's rule on a model of its architecture gives the same answer cached and recomputed, alone and batched,
 * preempted and resumed.
 */
import type { GenerateRequest } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openEngine } from "../../gpu-worker/src/program/open-engine.ts";
import { pageBytes } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { answerOf, type TokenAnswer, takeOver } from "../support/fakes/engine-answer.ts";
import { convertLevenshtein, EDIT_TOKENS, MASK_TOKEN } from "../support/models/levenshtein-package.ts";

/** Too few pages for all sequences, enough for the longest: sequences are preempted. */
const PAGES = 8;

const moved = { logitBias: new Map([[7, -100], [9, 4]]), minTokens: 10, ignoreEos: false, decoding: { penaltyLambda: 2 } }; // biome-ignore format: a table

const requests = [1, 5, 8, 13, 24].map((length, i): { prompt: number[]; changes: Partial<GenerateRequest> } => ({
  prompt: Array.from({ length }, (_, at) => 5 + ((at * 31 + i * 17) % 256)),
  changes: {
    maxTokens: 11 + 5 * i,
    decoding: i === 4 ? { mode: "quality", maxPostSteps: 2 } : {},
    ...(i % 3 === 2 && { sampling: { temperature: 1, topK: 20, seed: BigInt(i) } }),
    ...(i % 2 === 1 && { ...moved, logprobs: 2 }),
  },
}));

it.each([
  ["none", 1],
  ["int4", 3],
] as const)(
  "%s, %i ranks: the same bits alone, together, preempted, taken over, and with everything recomputed",
  async (quantization, ranks) => {
    await using edits = await convertLevenshtein(quantization, ranks);
    await using engine = await openEngine({ package: edits.folder });
    const alone: TokenAnswer[] = [];
    for (const { prompt, changes } of requests) alone.push(await answerOf(engine, prompt, changes));
    const expected = alone.map(({ tokens, logprobs }) => ({ tokens, logprobs }));
    const together = await Promise.all(requests.map(({ prompt, changes }) => answerOf(engine, prompt, changes)));
    expect(together).toMatchObject(expected);
    const kvCacheBytes = PAGES * pageBytes(await readManifest(edits.folder));
    await using tight = await openEngine({ package: edits.folder, kvCacheBytes });
    const longestFirst = requests.toReversed().map(({ prompt, changes }) => answerOf(tight, prompt, changes));
    expect(await Promise.all(longestFirst)).toMatchObject(expected.toReversed());
    expect((await tight.stats()).preemptions).toBeGreaterThan(0);
    await using recomputing = await openEngine({ package: edits.folder, cache: false });
    let takeovers = 0;
    for (const [i, { prompt, changes }] of requests.entries()) {
      const { tokens, logprobs, usage } = alone[i]!;
      expect(await answerOf(recomputing, prompt, changes)).toMatchObject({
        ...expected[i],
        usage: { edits: usage.edits },
      });
      takeovers += await takeOver(engine, prompt, changes, alone[i]!);
      for (const never of [MASK_TOKEN, ...Object.values(EDIT_TOKENS)]) expect(tokens).not.toContain(never);
      expect(logprobs).toHaveLength(changes.logprobs === undefined ? 0 : tokens.length);
      if (changes.logitBias) expect(tokens).not.toContain(7);
      if (changes.minTokens) expect(tokens.length).toBeGreaterThanOrEqual(10);
    }
    expect(takeovers).toBeGreaterThan(4);
    const done = (op: "delete" | "insert") => alone.reduce((sum, { usage }) => sum + usage.edits[op], 0);
    expect(Math.min(done("delete"), done("insert"))).toBeGreaterThan(0);
  },
);

it("decodes the same package by 2.1's rule on request, and then never deletes or inserts", async () => {
  await using package22 = await convertLevenshtein("none");
  await using engine = await openEngine({ package: package22.folder });
  const { prompt, changes } = requests[3]!;
  const decoding = { rule: "2.1", mode: "speed" } as const;
  const { usage, tokens } = await answerOf(engine, prompt, { ...changes, decoding });
  expect(usage.edits).toMatchObject({ delete: 0, insert: 0 });
  expect(tokens).not.toContain(EDIT_TOKENS.delete);
});
