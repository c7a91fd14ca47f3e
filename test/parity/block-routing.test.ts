/**
 * LLaDA 2.2's routing: one pool of experts per block, checked against plain loops, and independent of other blocks in
 * the forward.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { ModelConfig } from "../../gpu-worker/src/model/config.ts";
import { router } from "../../gpu-worker/src/model/layers.ts";
import { OnnxGraph } from "../../gpu-worker/src/model/onnx-graph.ts";
import { openEngine } from "../../gpu-worker/src/program/open-engine.ts";
import { type Model, openModel } from "../../gpu-worker/src/runtime/model.ts";
import { openSession } from "../../gpu-worker/src/runtime/package.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { candidatesOf } from "../support/models/candidates.ts";
import { writeCheckpoint } from "../support/models/checkpoint.ts";

const BLOCK_LENGTH = 8;
const POOL = 5;
const EXPERTS = 16;
const TOP_K = 3;
const MASK = 95;

let folder: string;
let config: ModelConfig;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-routing-"));
  const routing = { num_experts: EXPERTS, num_experts_per_tok: TOP_K, expert_capacity: POOL, block_size: BLOCK_LENGTH };
  config = (await writeCheckpoint(join(folder, "checkpoint"), { config: routing })).model;
});
afterAll(() => rm(folder, { recursive: true }));

it("chooses a token's experts from its block's pool, which holds the best scores of any of its tokens", async () => {
  const logits = Array.from({ length: 3 * BLOCK_LENGTH }, (_, row) =>
    Array.from({ length: EXPERTS }, (_, expert) => Math.sin(row * 12.9898 + expert * 78.233)),
  );
  const chosen = await route(logits);
  let restricted = 0;
  logits.forEach((row, i) => {
    const block = logits.filter((_, j) => Math.floor(j / BLOCK_LENGTH) === Math.floor(i / BLOCK_LENGTH));
    const highest = row.map((_, expert) => Math.max(...block.map((scores) => scores[expert]!)));
    const pool = highest.flatMap((score, expert) => (highest.filter((s) => s > score).length < POOL ? [expert] : []));
    expect(pool).toHaveLength(POOL);
    const byScore = (a: number, b: number): number => row[b]! - row[a]!;
    expect(chosen[i]).toEqual(pool.toSorted(byScore).slice(0, TOP_K));
    if (chosen[i]!.join() !== [...row.keys()].toSorted(byScore).slice(0, TOP_K).join()) restricted++;
  });
  expect(restricted).toBeGreaterThan(0);
});

it("lets a token with a certain choice affect its own block only", async () => {
  const quiet = Array.from({ length: EXPERTS }, (_, expert) => -expert / 100);
  const loud = quiet.map((score, expert) => (expert >= EXPERTS - POOL ? 5 : score));
  const blockOf = (first: number[]) => [first, ...new Array<number[]>(BLOCK_LENGTH - 1).fill(quiet)];
  const chosen = await route([...blockOf(quiet), ...blockOf(loud), ...blockOf(quiet)]);
  const last = [11, 12, 13];
  expect(chosen.slice(0, BLOCK_LENGTH)).toEqual(new Array(BLOCK_LENGTH).fill([0, 1, 2]));
  expect(chosen.slice(BLOCK_LENGTH, 2 * BLOCK_LENGTH)).toEqual(new Array(BLOCK_LENGTH).fill(last));
  expect(chosen.slice(2 * BLOCK_LENGTH)).toEqual(new Array(BLOCK_LENGTH).fill([0, 1, 2]));
});

it.each([
  ["none", 1],
  ["none", 3],
  ["int4", 2],
] as const)(
  "%s, %i ranks: a block's candidates are the same bits alone and in any mix",
  async (quantization, ranks) => {
    const target = join(folder, `${quantization}-${ranks}`);
    const manifest = await convertCheckpoint({ source: join(folder, "checkpoint"), target, quantization, ranks });
    const forwards: number[][] = [];
    const sequences = 4;
    const model = await openModel(target, await readManifest(target), {
      threads: 1,
      pages: 4 * sequences,
      onRoute: (_layer, experts) => forwards.push(distinctPerBlock(experts)),
    });
    expect(manifest.blockLength).toBe(BLOCK_LENGTH);
    const alone: string[] = [];
    for (let i = 0; i < sequences; i++) alone.push(await transcript(model, i));
    const blocksAlone = Math.max(...forwards.map((blocks) => blocks.length));
    forwards.length = 0;
    const together = await Promise.all(alone.map((_, i) => transcript(model, i)));
    expect(together).toEqual(alone);
    expect(Math.max(...forwards.map((blocks) => blocks.length))).toBeGreaterThan(blocksAlone);
    expect(Math.max(...forwards.flat())).toBeLessThanOrEqual(POOL);
  },
);

it("refuses a block length other than that of the package's expert pools", async () => {
  const target = join(folder, "engine");
  await convertCheckpoint({ source: join(folder, "checkpoint"), target, quantization: "none", ranks: 1 });
  await expect(openEngine({ package: target, blockLength: 16 })).rejects.toThrow(
    /^block length 16: .*engine chooses experts for blocks of 8; leave it out$/,
  );
});

/** Runs the router's graph on rows of logits: its matrix is the identity, so its inputs are the logits. */
async function route(logits: readonly (readonly number[])[]): Promise<number[][]> {
  const g = new OnnxGraph("router");
  const x = g.input("x", "f32", ["T", EXPERTS]);
  const blocks = g.input("blocks", "f32", ["B", "S"]);
  const chosen = router(g, x, {
    prefix: "mlp",
    config: { ...config, hiddenSize: EXPERTS, expertBias: false },
    blocks,
  });
  g.output("experts", chosen.experts, "i64", ["T", TOP_K]);
  const identity = Float32Array.from({ length: EXPERTS ** 2 }, (_, i) => (i % (EXPERTS + 1) === 0 ? 1 : 0));
  const location = "router.bin";
  await writeFile(join(folder, location), identity);
  const [weight] = g.weights;
  const file = join(folder, "router.onnx");
  await writeFile(file, g.serialize(new Map([[weight!.name, { location, offset: 0, length: identity.byteLength }]])));
  const session = await openSession(file, { threads: 1 });
  const out = await session.run({
    x: new Tensor("float32", Float32Array.from(logits.flat()), [logits.length, EXPERTS]),
    blocks: new Tensor("float32", new Float32Array(logits.length), [logits.length / BLOCK_LENGTH, BLOCK_LENGTH]),
  });
  const experts = Array.from(out.experts!.data as BigInt64Array, Number);
  return logits.map((_, i) => experts.slice(i * TOP_K, (i + 1) * TOP_K));
}

/** Exact candidates of a sequence's open block: the end of a prompt followed by masks, filled step by step. */
async function transcript(model: Model, index: number): Promise<string> {
  const pages = Array.from({ length: 4 }, (_, page) => 4 * index + page);
  const sequence = model.sequence(pages);
  const tokens = Array.from({ length: 4 * BLOCK_LENGTH }, (_, i) => (i * 37 + index * 11) % MASK);
  await sequence.prefill(tokens.slice(0, index * BLOCK_LENGTH), new AbortController().signal);
  const lines: string[] = [];
  for (let shown = 1 + index; shown <= BLOCK_LENGTH; shown++) {
    const block = Array.from({ length: BLOCK_LENGTH }, (_, i) =>
      i < shown ? tokens[index * BLOCK_LENGTH + i]! : MASK,
    );
    const candidates = await candidatesOf(sequence, block);
    lines.push(candidates.map(({ token, probability }) => `${token}@${probability}`).join(" "));
  }
  return lines.join("\n");
}

function distinctPerBlock(experts: BigInt64Array): number[] {
  const size = BLOCK_LENGTH * TOP_K;
  return Array.from(
    { length: experts.length / size },
    (_, b) => new Set(experts.subarray(b * size, (b + 1) * size)).size,
  );
}
