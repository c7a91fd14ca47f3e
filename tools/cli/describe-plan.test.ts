/** Tests the output of `palimpsest inspect --plan`. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import { convertGolden, type GoldenPackage } from "../../test/support/models/golden.ts";
import { describePlan } from "./describe-plan.ts";
import { rankBytes } from "./rank-bytes.ts";

let golden: GoldenPackage;
let manifest: Manifest;
beforeAll(async () => {
  golden = await convertGolden("tiny-21", { quantization: "int4", ranks: 2 });
  manifest = await readManifest(golden.folder);
});
afterAll(() => golden[Symbol.asyncDispose]());

it("the ranks' graphs are the package's, each once, unless every rank runs sequences", () => {
  const graphs = manifest.files.filter(({ path }) => /\.(onnx|bin)$/.test(path));
  const whole = graphs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  expect(rankBytes(manifest, 0) + rankBytes(manifest, 1)).toBe(whole);
  const shared = rankBytes(manifest, 0) - rankBytes(manifest, 0, false);
  expect(shared).toBeGreaterThan(0);
  expect(rankBytes(manifest, 1, true)).toBe(rankBytes(manifest, 1) + shared);
});

it("names the ranks that run attention and head, and so the needs of each", () => {
  const [leader, other] = [...describePlan(manifest)];
  expect(leader).toMatch(/^rank 0: .*8 of 16 experts in 2 layers, and embedding, attention, .* for every row$/);
  expect(other).toMatch(/^rank 1: .*8 of 16 experts in 2 layers$/);
  const each = [...describePlan(manifest, undefined, true)].slice(0, 2);
  for (const line of each) expect(line).toMatch(/attention, .* head, for every row of its sequences$/);
});
