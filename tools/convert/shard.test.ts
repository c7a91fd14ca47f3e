/** A package split over other ranks holds, to the byte, what a conversion for those ranks writes. */
import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { planByLoad } from "../../gpu-worker/src/model/shard-plan.ts";
import type { Target } from "../../gpu-worker/src/model/target.ts";
import { writeCheckpoint } from "../../test/support/models/checkpoint.ts";
import { convertGolden, type GoldenPackage } from "../../test/support/models/golden.ts";
import { convertCheckpoint } from "./convert.ts";
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
  "for webgpu in %s, the same files as a conversion, and back",
  async (quantization) => {
    const source = join(folder, "checkpoint");
    await writeCheckpoint(source, { config: { moe_intermediate_size: 128 } });
    const convert = (name: string, ranks: number, provider: Target) =>
      convertCheckpoint({ source, target: join(folder, name), quantization, ranks, provider });
    const byPath = (files: readonly { path: string }[]) => files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
    await convert("cpu-2", 2, "cpu");
    const device = await convert("device", 1, "webgpu");
    const made = await shardPackage({
      source: join(folder, "cpu-2"),
      target: join(folder, "made"),
      provider: "webgpu",
    });
    expect(made).toMatchObject({ target: "webgpu", ranks: 1 });
    expect(byPath(made.files)).toEqual(byPath(device.files));
    const whole = await convert("cpu", 1, "cpu");
    const back = await shardPackage({ source: join(folder, "made"), target: join(folder, "back"), provider: "cpu" });
    expect(byPath(back.files)).toEqual(byPath(whole.files));
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
  expect(await readdir(folder)).toEqual([]);
});

it("weights of another type than a package has are refused by name", async () => {
  const source = join(folder, "checkpoint");
  await writeCheckpoint(source, { config: { hidden_size: 128, moe_intermediate_size: 128 } });
  await convertCheckpoint({ source, target: join(folder, "cpu"), quantization: "int4", ranks: 1 });
  await expect(
    shardPackage({ source: join(folder, "cpu"), target: join(folder, "no"), provider: "cuda" }),
  ).rejects.toThrow(/cpu package without f16 values of .*; convert the checkpoint again/);
  expect(await readdir(folder)).not.toContain("no");
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
