/**
 * A layer with the released models' 256 experts gives the same results on four ranks as on one. Narrow here; full-size
 * in bench -- rank-equality.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { releasedShapes } from "../../tools/convert/released-shapes.ts";
import { SHARD_BYTES, synthesizeCheckpoint } from "../../tools/convert/synth.ts";
import { compareRanks } from "../support/models/rank-equality.ts";

/** Sizes of flash, divided; experts, groups, heads and layers keep their proportions. */
const narrow = {
  num_hidden_layers: 2,
  hidden_size: 256,
  head_dim: 16,
  rotary_dim: 8,
  intermediate_size: 288,
  moe_intermediate_size: 32,
  vocab_size: 1024,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-ranks-"));
  for (const shape of ["flash", "flash-2.2"] as const) {
    const config = { ...releasedShapes[shape], ...narrow };
    await synthesizeCheckpoint({ target: join(folder, shape), config, seed: 1, shardBytes: SHARD_BYTES });
  }
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ["flash", "none"],
  ["flash", "int4"],
  ["flash-2.2", "int8"],
] as const)("%s in %s gives the same tokens on one rank and on four", async (shape, quantization) => {
  const checkpoint = join(folder, shape);
  const compared = await compareRanks({ checkpoint, folder, quantization, ranks: 4, runs: 1 });
  const { largestDifference, rms, equalExperts, distinctExperts, cells, equalTokens } = compared;
  expect(largestDifference).toBeLessThan(1e-5 * rms);
  expect(equalExperts).toBe(true);
  expect(Math.min(...distinctExperts)).toBeGreaterThan(0); // every rank contributes
  expect(equalTokens).toBe(cells);
});
