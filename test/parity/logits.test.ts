/** The official model's logits and chosen experts over a whole sequence, at once and through the K/V cache. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openCheckpoint } from "../../gpu-worker/convert/checkpoint.ts";
import { createOutputFile } from "../../gpu-worker/convert/output-file.ts";
import { weightFile, weightPlaces, writeWeights } from "../../gpu-worker/convert/weight-file.ts";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import { planLogitsHead } from "../../gpu-worker/src/model/package-plan.ts";
import { Forward, type ForwardOutput } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { openSession, openSessions, readManifest, type Sessions } from "../../gpu-worker/src/runtime/package.ts";
import { convertGolden, type GoldenPackage, goldenCheckpoint, goldenLogits } from "../support/golden.ts";

const TOLERANCE = 2e-4;
const THREADS = { threads: 1 };

let golden: GoldenPackage;
let manifest: Manifest;
let sessions: Sessions;
let head: InferenceSession;
beforeAll(async () => {
  golden = await convertGolden("tiny-21", { quantization: "none", ranks: 1 });
  manifest = await readManifest(golden.folder);
  sessions = await openSessions(golden.folder, manifest, THREADS);
  head = await openLogitsHead();
});
afterAll(() => golden[Symbol.asyncDispose]());

describe.each(goldenLogits().map((one, index) => ({ index, ...one })))(
  "case $index, $shape",
  ({ input_ids, logits, experts }) => {
    test("all blocks at once under the block-causal mask", async () => {
      const { forward, chosen } = observed(1);
      const output = await forward.layers(
        blocksOf(input_ids).map((tokens, i, all) => ({ tokens, pages: [], peers: [...all.keys()].slice(0, i) })),
      );
      expect(furthest(await logitsOf(output, input_ids.length), logits)).toBeLessThan(TOLERANCE);
      expect(chosen()).toEqual(experts);
    });

    test("block by block over cached keys and values", async () => {
      const { forward, kv } = observed(input_ids.length / 32);
      const rows: number[] = [];
      for (const [block, tokens] of blocksOf(input_ids).entries()) {
        const output = await forward.layers([
          { tokens, pages: Array.from({ length: block }, (_, page) => page), peers: [] },
        ]);
        rows.push(...(await logitsOf(output, 32)));
        kv.write(block, output, 0);
      }
      expect(furthest(Float32Array.from(rows), logits)).toBeLessThan(TOLERANCE);
    });
  },
);

function blocksOf(tokens: readonly number[]): number[][] {
  return Array.from({ length: tokens.length / 32 }, (_, block) => tokens.slice(block * 32, block * 32 + 32));
}

function observed(pages: number) {
  const perLayer: number[][][] = [];
  const kv = new KvTensors(manifest, pages);
  const forward = new Forward(sessions, manifest, kv, (_layer, experts) => {
    const { topK } = manifest.config;
    const tokens = Array.from({ length: experts.length / topK }, (_, token) => {
      const ids = [...experts.subarray(token * topK, token * topK + topK)].map(Number);
      return ids.sort((a, b) => a - b);
    });
    perLayer.push(tokens);
  });
  return { forward, kv, chosen: () => perLayer };
}

/** A head that gives the logits, which no package has. */
async function openLogitsHead(): Promise<InferenceSession> {
  const options = { target: "cpu", quantization: "none", ranks: 1, maskToken: manifest.maskToken } as const;
  const graph = planLogitsHead(manifest.config, options);
  await using checkpoint = await openCheckpoint(goldenCheckpoint("tiny-21"));
  await using bytes = await createOutputFile(join(golden.folder, weightFile(graph)));
  for await (const _ of writeWeights(graph.weights, checkpoint, bytes));
  await bytes.finish();
  const file = join(golden.folder, `${graph.name}.onnx`);
  await writeFile(file, graph.build(weightPlaces(graph)));
  return openSession(file, THREADS);
}

/** [rows, vocabulary] */
async function logitsOf({ hidden, partials }: ForwardOutput, rows: number): Promise<Float32Array> {
  const all = BigInt64Array.from({ length: rows }, (_, row) => BigInt(row));
  const out = await head.run({ hidden, partials, rows: new Tensor("int64", all, [rows]) });
  return out.logits?.data as Float32Array;
}

function furthest(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);
}
