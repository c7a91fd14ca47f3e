/** Compares logits adjusted and tokens scored in the graph with the same distribution computed in plain loops. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Candidate } from "../../gpu-worker/src/decoding/block.ts";
import type { Draw, LogitAdjustment } from "../../gpu-worker/src/decoding/forwards.ts";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { type WrittenCheckpoint, writeCheckpoint } from "../support/models/checkpoint.ts";
import { referenceProbabilities } from "../support/models/reference-model.ts";

const BLOCK = 32;
const MASK = 95;
const tokens = Array.from({ length: BLOCK }, (_, i) => (i % 5 === 2 ? MASK : (i * 29 + 5) % MASK));
const cells = [...tokens.keys()];

let folder: string;
let checkpoint: WrittenCheckpoint;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-moved-"));
  checkpoint = await writeCheckpoint(join(folder, "checkpoint"), {
    config: { delete_token_id: 3, split_token_id: 50 },
  });
});
afterAll(() => rm(folder, { recursive: true }));

it.each(["none", "int8", "int4"] as const)(
  "%s: equals plain loops over the whole distribution",
  async (quantization) => {
    const target = join(folder, quantization);
    const manifest = await convertCheckpoint({ source: checkpoint.folder, target, quantization, ranks: 1 });
    const { vocabSize } = checkpoint.model;
    const model = await openModel(target, manifest, { threads: 1, pages: 1 });
    const sequence = model.sequence([0]);
    const ask = async (draws: readonly Draw[] = [], adjustments: readonly LogitAdjustment[] = [], asked = sequence) =>
      (await asked.forward([{ tokens, cells, draws, adjustments }]))[0] as readonly Candidate[];
    const plain = await ask();

    // The log-probability of every token, in order of probability: the whole distribution.
    const scores = await sequence.score(cells, tokens, vocabSize);
    const distributions = scores.map(({ logprob, best }, cell) => {
      const logprobs = new Array<number>(vocabSize);
      for (const one of best) logprobs[one.token] = one.logprob;
      expect(logprob).toBe(logprobs[tokens[cell] as number]);
      expect(best).toEqual(best.toSorted((a, b) => b.logprob - a.logprob));
      return logprobs;
    });
    expect(await sequence.score(cells.slice(3, 6), [7, 8, 9], 0)).toEqual(
      [7, 8, 9].map((token, i) => ({ logprob: distributions[3 + i]?.[token], best: [] })),
    );
    if (quantization === "none") {
      const reference = referenceProbabilities(checkpoint.model, checkpoint.tensors, tokens, BLOCK);
      const furthest = distributions.flatMap((row, cell) =>
        row.map((logprob, token) => Math.abs(logprob - Math.log(reference[cell]?.[token] as number))),
      );
      expect(Math.max(...furthest)).toBeLessThan(1e-4);
    }

    const never = [MASK, 3, 50];
    const moves: LogitAdjustment[] = cells.flatMap((cell) => [
      { cell, token: (cell * 7) % vocabSize, by: 3 },
      { cell, token: (cell * 7 + 1) % vocabSize, by: -2.5 },
      // An excluded token stays excluded whatever its bias, and a banned token is never a candidate.
      { cell, token: MASK, by: cell % 3 },
      { cell, token: plain[cell]?.token as number, by: cell % 4 === 0 ? Number.NEGATIVE_INFINITY : 0.5 },
    ]);
    const adjustments = moves.filter(
      ({ cell, token }, i) => i === moves.findIndex((other) => other.cell === cell && other.token === token),
    );
    const draws = cells
      .filter((cell) => cell % 2 === 0)
      .map((cell) => ({ cell, temperature: 0.7, uniform: cell / BLOCK }));
    const moved = await ask(draws, adjustments);
    for (const [cell, found] of moved.entries()) {
      const logits = (distributions[cell] as number[]).map(
        (logprob, token) => logprob + (adjustments.find((one) => one.cell === cell && one.token === token)?.by ?? 0),
      );
      const probabilities = softmax(logits);
      const best = probabilities
        .map((probability, token) => ({ token, probability }))
        .filter(({ token }) => !never.includes(token))
        .reduce((a, b) => (b.probability > a.probability ? b : a));
      expect(found.token).toBe(best.token);
      expect(found.probability).toBeCloseTo(best.probability, 5);
      // 2.2's two best tokens, either of which may be an edit.
      const ranked = [...probabilities.keys()].filter((token) => token !== MASK);
      ranked.sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number));
      expect(found.edit?.map(({ token }) => token)).toEqual(ranked.slice(0, 2));
      for (const one of found.edit ?? []) expect(one.probability).toBeCloseTo(probabilities[one.token] as number, 5);
      const allowed = logits.map((logit, token) => (never.includes(token) ? Number.NEGATIVE_INFINITY : logit / 0.7));
      if (cell % 2 === 0) expectDrawn(found, softmax(allowed), cell / BLOCK);
    }

    // The adjustment neither persists nor affects other requests.
    expect(await ask()).toEqual(plain);
    const [alone, beside] = await Promise.all([
      ask([], [], model.sequence([0])),
      ask(draws, adjustments, model.sequence([0])),
    ]);
    expect(alone).toEqual(plain);
    expect(beside).toEqual(moved);
  },
);

function expectDrawn({ drawn }: Candidate, distribution: readonly number[], uniform: number): void {
  const { token, probability } = drawn as NonNullable<Candidate["drawn"]>;
  const from = distribution.slice(0, token).reduce((a, b) => a + b, 0);
  expect(uniform).toBeGreaterThan(from - 1e-4);
  expect(uniform).toBeLessThan(from + (distribution[token] as number) + 1e-4);
  expect(probability).toBeCloseTo(distribution[token] as number, 4);
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - most));
  const sum = exponentials.reduce((a, b) => a + b);
  return exponentials.map((value) => value / sum);
}
