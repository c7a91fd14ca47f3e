/**
 * Compares the head's candidates with the full softmax of a forward in plain loops, including which tokens it must
 * exclude.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { BlockQuery } from "../../gpu-worker/src/decoding/forwards.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { candidatesOf } from "../support/models/candidates.ts";
import { writeCheckpoint } from "../support/models/checkpoint.ts";
import { referenceProbabilities } from "../support/models/reference-model.ts";

const BLOCK = 32;
/** In a vocabulary this small every token is among the best of some row. */
const VOCABULARY = 8;
const MASK = 5;
const EDITS = { delete: 2, split: 6 };

it.each([1, 3])(
  "a 2.2 head returns the best answer, and the two best with delete and split, on %i ranks",
  async (ranks) => {
    const { found, expected } = await candidatesWith(
      { delete_token_id: EDITS.delete, split_token_id: EDITS.split },
      ranks,
    );
    const seconds = new Set<number>();
    for (const [cell, candidate] of found.entries()) {
      const [best, next] = ranked(expected[cell]!, [MASK]);
      const [answer] = ranked(expected[cell]!, [MASK, EDITS.delete, EDITS.split]);
      expect([candidate.token, candidate.edit?.[0].token, candidate.edit?.[1].token]).toEqual([answer, best, next]);
      expect(candidate.probability).toBeCloseTo(expected[cell]![answer!]!, 4);
      expect(candidate.edit?.[0].probability).toBeCloseTo(expected[cell]![best!]!, 4);
      expect(candidate.edit?.[1].probability).toBeCloseTo(expected[cell]![next!]!, 4);
      seconds.add(ranked(expected[cell]!, []).indexOf(MASK));
    }
    expect(found.some(({ edit }) => edit?.[0].token === EDITS.delete || edit?.[0].token === EDITS.split)).toBe(true);
    // Rows in which the mask would have ranked first, second and lower.
    expect(seconds.size).toBeGreaterThan(2);
  },
);

it("a model without edit tokens returns one candidate per cell, its best token except the mask", async () => {
  const { found, expected } = await candidatesWith({}, 1);
  const best = expected.map((row) => ranked(row, [MASK])[0]);
  expect(found.map(({ token }) => token)).toEqual(best);
  expect(found.every(({ edit }) => edit === undefined)).toBe(true);
});

it.each([
  ["a model without edit tokens", {}, []],
  ["2.2", { delete_token_id: EDITS.delete, split_token_id: EDITS.split }, [EDITS.delete, EDITS.split]],
])(
  "%s gives the best tokens of each cell, and at one cell the shares of allowed tokens alone",
  async (_, config, edits) => {
    const [cell, allowed] = [3, [1, 4, MASK, EDITS.delete, 7]];
    const bits = Int32Array.of(allowed.reduce((all, token) => all | (1 << token), 0));
    const draws = [{ cell, temperature: 1, uniform: 0.999 }];
    const { found, expected } = await candidatesWith(config, 1, { best: true, allowed: { cell, bits }, draws });
    const never = [MASK, ...edits];
    for (const [at, candidate] of found.entries()) {
      const all = expected[at]!;
      const share = at === cell ? allowed.reduce((sum, token) => sum + all[token]!, 0) : 1;
      const out = at === cell ? [...all.keys()].filter((token) => !allowed.includes(token)) : [];
      const best = ranked(all, [...never, ...out]).slice(0, 5);
      expect(candidate.best?.map(({ token }) => token)).toEqual(best);
      expect(candidate.token).toBe(best[0]);
      for (const { token, probability } of candidate.best ?? [])
        expect(probability).toBeCloseTo(all[token]! / share, 4);
      if (at === cell) expect(best).toContain(candidate.drawn?.token);
    }
  },
);

async function candidatesWith(edits: object, ranks: number, query: Partial<BlockQuery> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-candidates-"));
  try {
    const config = { vocab_size: VOCABULARY, mask_token_id: MASK, eos_token_id: 7, ...edits };
    const { model: shape, tensors, folder: source } = await writeCheckpoint(join(folder, "checkpoint"), { config });
    const target = join(folder, "package");
    await convertCheckpoint({ source, target, quantization: "none", ranks });
    const model = await openModel(target, await readManifest(target), { threads: 1, pages: 1 });
    const tokens = Array.from({ length: BLOCK }, (_, i) => (i * 29 + (i % 3)) % VOCABULARY);
    const found = await candidatesOf(model.sequence([0]), tokens, query);
    return { found, expected: referenceProbabilities(shape, tensors, tokens, BLOCK) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** All tokens except `never`, the most probable first. */
function ranked(row: readonly number[], never: readonly number[]): number[] {
  const tokens = [...row.keys()].filter((token) => !never.includes(token));
  return tokens.toSorted((a, b) => row[b]! - row[a]!);
}
