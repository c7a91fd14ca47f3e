/**
 * Quantized products give a row the same bits alone and in a batch of any size, because odd batches are padded to even
 * ones. Tested on a package's graphs with 1 to 64 rows, at narrow sizes and at mini's.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import { expertGraph } from "../../gpu-worker/src/model/package-plan.ts";
import { expertsOfRank } from "../../gpu-worker/src/model/shard-plan.ts";
import { permute } from "../../gpu-worker/src/parallel/permutation.ts";
import type { BlockInput } from "../../gpu-worker/src/runtime/attention-inputs.ts";
import { Forward } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { openSessions, type Sessions } from "../../gpu-worker/src/runtime/package.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { releasedShapes } from "../../tools/convert/released-shapes.ts";
import { SHARD_BYTES, synthesizeCheckpoint } from "../../tools/convert/synth.ts";

const MOST_ROWS = 64;
const EXPERTS = 4;

const sizes = {
  narrow: { hidden_size: 160, moe_intermediate_size: 96, vocab_size: 500 },
  mini: { hidden_size: 2048, moe_intermediate_size: 512, vocab_size: 2000 },
} as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-rows-"));
  for (const [name, size] of Object.entries(sizes)) {
    const fewer = { num_hidden_layers: 1, first_k_dense_replace: 0, num_experts: EXPERTS, n_group: 1, topk_group: 1 };
    const config = { ...releasedShapes.mini, ...size, ...fewer, num_experts_per_tok: 2 };
    await synthesizeCheckpoint({ target: join(folder, name), config, seed: 1, shardBytes: SHARD_BYTES });
  }
});
afterAll(() => rm(folder, { recursive: true }));

it.each([
  ["narrow", "int4"],
  ["narrow", "int8"],
  ["mini", "int4"],
  ["mini", "int8"],
] as const)("rows of %s sizes in %s have the same bits alone and in any batch", async (size, quantization) => {
  const target = join(folder, `${size}-${quantization}`);
  const ids = { maskToken: 0, eosTokens: [1] };
  const manifest = await convertCheckpoint({ source: join(folder, size), target, quantization, ranks: 1, ...ids });
  const sessions = await openSessions(target, manifest, { threads: 1 });
  await expectSameBits(expertRows(sessions, manifest), MOST_ROWS);
  await expectSameBits(await headRows(sessions, manifest), MOST_ROWS);
  await expectSameBits(layerBlocks(sessions, manifest), MOST_ROWS / 2);
});

/** Runs the graphs on a batch and returns an entry for each of its members, which are numbers below MOST_ROWS. */
type Run = (batch: readonly number[]) => Promise<readonly string[]>;

/** Runs every member alone, then in batches of every size, each time with other neighbours and at another place. */
async function expectSameBits(run: Run, most: number): Promise<void> {
  const alone: string[] = [];
  for (let member = 0; member < most; member++) alone.push(...(await run([member])));
  expect(new Set(alone).size).toBeGreaterThan(most / 2); // members differ
  for (let size = 1; size <= most; size++) {
    const batch = Array.from({ length: size }, (_, i) => (size * 7 + i) % most);
    const found = await run(batch);
    expect(batch.filter((member, i) => found[i] !== alone[member])).toEqual([]);
  }
}

/** The first expert gets every row, each other expert every third row. */
function expertRows(sessions: Sessions, { config }: Manifest): Run {
  const { hiddenSize, topK } = config;
  const x = Float32Array.from({ length: MOST_ROWS * hiddenSize }, (_, i) => Math.sin(i * 12.9898));
  return async (batch) => {
    const chosen = BigInt64Array.from(
      batch.flatMap((row) => [0, 1 + (row % (EXPERTS - 1))]),
      BigInt,
    );
    const { rows, counts, slots } = permute(
      chosen,
      new Float32Array(chosen.length).fill(1),
      topK,
      expertsOfRank(EXPERTS, 0, 1),
    );
    const normed = batch.flatMap((row) => [...x.subarray(row * hiddenSize, (row + 1) * hiddenSize)]);
    const weights = batch.flatMap((row) => [0.5 + row / 100, 0.7]);
    const out = await (sessions.get(expertGraph(0, 0)) as InferenceSession).run({
      normed: new Tensor("float32", normed, [batch.length, hiddenSize]),
      weights: new Tensor("float32", weights, [batch.length, topK]),
      rows: new Tensor("int64", rows, [rows.length]),
      counts: new Tensor("int64", counts, [counts.length]),
      slots: new Tensor("int64", slots, [batch.length, topK]),
    });
    return rowBits(out.partial as Tensor, batch.length);
  };
}

/** Blocks of two cells, the minimum, each of its own sequence: tests every projection of a layer, and its experts. */
function layerBlocks(sessions: Sessions, manifest: Manifest): Run {
  const short = { ...manifest, blockLength: 2 };
  const forward = new Forward(sessions, short, new KvTensors(short, 1));
  return async (batch) => {
    const blocks = batch.map((block) => ({ tokens: [2 + 3 * block, 3 + 5 * block], pages: [], peers: [] }));
    const { hidden, partials } = (await forward.layers(blocks)).tensors;
    const [own, routed] = [hidden, partials].map((tensor) => rowBits(tensor as Tensor, batch.length)) as [
      string[],
      string[],
    ];
    return own.map((bits, i) => bits + routed[i]);
  };
}

/** Candidates at some of a forward's rows. */
async function headRows(sessions: Sessions, manifest: Manifest): Promise<Run> {
  const forward = new Forward(sessions, manifest, new KvTensors(manifest, 1));
  const block = (first: number): Omit<BlockInput, "cells"> => ({
    tokens: Array.from({ length: manifest.blockLength }, (_, cell) => first + cell),
    pages: [],
    peers: [],
  });
  const output = await forward.layers([block(2), block(2 + manifest.blockLength)]);
  return async (batch) =>
    (await forward.head(output, batch)).map(({ token, probability }) => `${token}@${probability}`);
}

/** The bytes of each of `parts` equal parts. */
function rowBits({ data }: Tensor, parts: number): string[] {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  const size = byteLength / parts;
  return Array.from({ length: parts }, (_, i) =>
    Buffer.from(buffer as ArrayBuffer, byteOffset + i * size, size).toString("latin1"),
  );
}
