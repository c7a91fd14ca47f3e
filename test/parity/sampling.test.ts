/** Compares tokens drawn in the graph with the same distribution cut and inverted in plain loops. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sampling } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { uniform } from "../../gpu-worker/src/decoding/sampling.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { candidatesOf } from "../support/models/candidates.ts";
import { writeCheckpoint } from "../support/models/checkpoint.ts";
import { drawnFrom, interval } from "../support/models/reference-draw.ts";
import { referenceProbabilities } from "../support/models/reference-model.ts";

const BLOCK = 32;

/** Closer than this to a boundary of the distribution, rounding may decide. */
const SLACK = 1e-4;

const ways: Sampling[] = [
  { temperature: 1 },
  { temperature: 0.3 },
  { temperature: 1.7 },
  { temperature: 1, topK: 1 },
  { temperature: 1, topK: 7 },
  { temperature: 0.8, topP: 0.5 },
  { temperature: 1, topP: 0.01 },
  { temperature: 1.2, topK: 20, topP: 0.8 },
];

it.each([
  ["2.1", {}],
  ["2.2, without its edit tokens", { delete_token_id: 3, split_token_id: 50 }],
])("%s: draws as the reference distribution says, wherever the number falls", async (_, config) => {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-sampling-"));
  try {
    const checkpoint = await writeCheckpoint(join(folder, "checkpoint"), { config });
    await convertCheckpoint({
      source: checkpoint.folder,
      target: join(folder, "package"),
      quantization: "none",
      ranks: 1,
    });
    const manifest = await readManifest(join(folder, "package"));
    const model = await openModel(join(folder, "package"), manifest, { threads: 1, pages: 1 });
    const tokens = Array.from({ length: BLOCK }, (_, i) => (i * 29 + 5) % checkpoint.model.vocabSize);
    const expected = referenceProbabilities(checkpoint.model, checkpoint.tensors, tokens, BLOCK);
    const never = [manifest.maskToken, ...Object.values(manifest.editTokens ?? {})];
    const undrawn = await candidatesOf(model.sequence([0]), tokens);
    for (const [step, sampling] of ways.entries()) {
      // Every other cell draws; the others show that drawing does not affect them.
      const draws = tokens.flatMap((_, cell) => {
        const number = uniform({ seed: 7n, choice: 0, block: 0, step, cell });
        return cell % 2 === 0 ? [{ ...sampling, cell, uniform: number }] : [];
      });
      const candidates = await candidatesOf(model.sequence([0]), tokens, { draws });
      for (const { cell, uniform: number } of draws) {
        const distribution = drawnFrom(expected[cell] as number[], never, sampling);
        const drawn = candidates[cell]?.drawn as { token: number; probability: number };
        const [from, to] = interval(distribution, drawn.token);
        expect(number).toBeGreaterThan(from - SLACK);
        expect(number).toBeLessThan(to + SLACK);
        expect(drawn.probability).toBeCloseTo(distribution[drawn.token] as number, 3);
      }
      const edge = await candidatesOf(model.sequence([0]), tokens, {
        draws: [{ ...sampling, cell: 0, uniform: 1 }],
      });
      // A product that rounds up to the total must select the last token with a probability, never one past the end.
      expect(edge[0]?.drawn?.probability).toBeGreaterThan(0);
      expect(candidates.map(({ drawn: _, ...best }) => best)).toEqual(undrawn);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
