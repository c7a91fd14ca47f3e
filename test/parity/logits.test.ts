/**
 * Compares logits and chosen experts with the official model over a whole sequence, in one forward and through the K/V
 * cache.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import { Forward } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { openSessions, type Sessions } from "../../gpu-worker/src/runtime/package.ts";
import { convertGolden, type GoldenPackage, goldenCheckpoint, goldenLogits } from "../support/models/golden.ts";
import { type LogitsHead, openLogitsHead } from "../support/models/logits-head.ts";

const TOLERANCE = 2e-4;
const THREADS = { threads: 1 };

let golden: GoldenPackage;
let manifest: Manifest;
let sessions: Sessions;
let head: LogitsHead;
beforeAll(async () => {
  golden = await convertGolden("tiny-21", { quantization: "none", ranks: 1 });
  manifest = await readManifest(golden.folder);
  sessions = await openSessions(golden.folder, manifest, THREADS);
  head = await openLogitsHead(golden.folder, manifest, goldenCheckpoint("tiny-21"));
});
afterAll(() => golden[Symbol.asyncDispose]());

describe.each(goldenLogits().map((one, index) => ({ index, ...one })))(
  "case $index, $shape",
  ({ input_ids, logits, experts }) => {
    it("matches with all blocks in one forward under the block-causal mask", async () => {
      const { forward, chosen } = observed(1);
      const output = await forward.layers(
        blocksOf(input_ids).map((tokens, i, all) => ({ tokens, pages: [], peers: [...all.keys()].slice(0, i) })),
      );
      expect(furthest(await head(output, [...input_ids.keys()]), logits)).toBeLessThan(TOLERANCE);
      expect(chosen()).toEqual(experts);
    });

    it("matches block by block over cached keys and values", async () => {
      const { forward, kv } = observed(input_ids.length / 32);
      const found: number[] = [];
      for (const [block, tokens] of blocksOf(input_ids).entries()) {
        const output = await forward.layers([
          { tokens, pages: Array.from({ length: block }, (_, page) => page), peers: [] },
        ]);
        found.push(...(await head(output, [...tokens.keys()])));
        kv.write(block, output.tensors, 0);
      }
      expect(furthest(Float32Array.from(found), logits)).toBeLessThan(TOLERANCE);
    });
  },
);

function blocksOf(tokens: readonly number[]): number[][] {
  return Array.from({ length: tokens.length / 32 }, (_, block) => tokens.slice(block * 32, block * 32 + 32));
}

function observed(pages: number) {
  const perLayer: number[][][] = [];
  const kv = new KvTensors(manifest, pages);
  const onRoute = (_layer: number, experts: BigInt64Array): void => {
    const { topK } = manifest.config;
    const tokens = Array.from({ length: experts.length / topK }, (_, token) => {
      const ids = [...experts.subarray(token * topK, token * topK + topK)].map(Number);
      return ids.sort((a, b) => a - b);
    });
    perLayer.push(tokens);
  };
  const forward = new Forward(sessions, manifest, kv, { onRoute });
  return { forward, kv, chosen: () => perLayer };
}

function furthest(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] as number))), 0);
}
