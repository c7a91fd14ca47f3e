/** A package split over other ranks holds, to the byte, what a conversion for those ranks writes. */
import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { planByLoad } from "../../gpu-worker/src/model/shard-plan.ts";
import { convertGolden, type GoldenPackage } from "../../test/support/models/golden.ts";
import { shardPackage } from "./shard.ts";

let one: GoldenPackage;
let folder: string;
beforeEach(async () => {
  one = await convertGolden("tiny-21", { quantization: "int4", ranks: 1 });
  folder = await mkdtemp(join(tmpdir(), "palimpsest-shard-"));
});
afterEach(async () => {
  await one[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

it("the same files as a conversion for so many ranks, and back again", async () => {
  await using three = await convertGolden("tiny-21", { quantization: "int4", ranks: 3 });
  const split = await shardPackage({ source: one.folder, target: join(folder, "three"), ranks: 3 });
  const byPath = (files: readonly { path: string }[]) => files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  expect(byPath(split.files)).toEqual(byPath((await readManifest(three.folder)).files));
  const back = await shardPackage({ source: join(folder, "three"), target: join(folder, "one"), ranks: 1 });
  expect(byPath(back.files)).toEqual(byPath((await readManifest(one.folder)).files));
});

it("a plan with replicas is kept in the manifest, and a later even split forgets it", async () => {
  const { config } = await readManifest(one.folder);
  const loads = Array.from({ length: config.layers - config.denseLayers }, () =>
    Array.from({ length: config.experts }, (_, expert) => expert),
  );
  const plan = planByLoad(config, loads, 2, 2);
  const target = join(folder, "two");
  await shardPackage({ source: one.folder, target, ranks: 2, plan: () => plan });
  expect((await readManifest(target)).shards).toEqual(plan);
  const even = await shardPackage({ source: target, target: join(folder, "even"), ranks: 2 });
  expect(even.shards).toBeUndefined();
});

it.each(["none", "int4"] as const)(
  "for webgpu in %s, the same files as a conversion, and back again",
  async (quantization) => {
    await using cpu = await convertGolden("demo-21", { quantization, ranks: 2 });
    await using device = await convertGolden("demo-21", { quantization, ranks: 1, provider: "webgpu" });
    await using whole = await convertGolden("demo-21", { quantization, ranks: 1 });
    const byPath = (files: readonly { path: string }[]) => files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    const made = await shardPackage({ source: cpu.folder, target: join(folder, "device"), provider: "webgpu" });
    expect(made).toMatchObject({ target: "webgpu", ranks: 1 });
    expect(byPath(made.files)).toEqual(byPath((await readManifest(device.folder)).files));
    const back = await shardPackage({ source: join(folder, "device"), target: join(folder, "cpu"), provider: "cpu" });
    expect(byPath(back.files)).toEqual(byPath((await readManifest(whole.folder)).files));
  },
);

it("a target that a model or a package does not fit is refused, and nothing is written", async () => {
  const target = join(folder, "no");
  await expect(shardPackage({ source: one.folder, target, provider: "webgpu", ranks: 2 })).rejects.toThrow(
    "the webgpu target has 1 rank, not 2",
  );
  await expect(shardPackage({ source: one.folder, target, provider: "cuda" })).rejects.toThrow(
    "is not a multiple of 128",
  );
  await using demo = await convertGolden("demo-21", { quantization: "int4", ranks: 1 });
  await expect(shardPackage({ source: demo.folder, target, provider: "cuda" })).rejects.toThrow(
    /cpu package without f16 values of .*; convert the checkpoint again/,
  );
  expect(await readdir(folder)).toEqual([]);
});

it("a damaged package is named, and nothing is left that looks like one", async () => {
  const target = join(folder, "broken");
  await truncate(join(one.folder, "head.bin"), 100);
  await expect(shardPackage({ source: one.folder, target, ranks: 2 })).rejects.toThrow(/head\.bin: ends within/);
  await rm(join(one.folder, "layer-00.onnx"));
  await expect(shardPackage({ source: one.folder, target, ranks: 2 })).rejects.toThrow(/layer-00\.onnx.*whole package/);
  await expect(shardPackage({ source: one.folder, target, ranks: 99 })).rejects.toThrow("99 ranks for");
  expect(await readdir(folder)).toEqual([]);
});
