import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseConfig } from "../../gpu-worker/src/model/config.ts";
import { tinyConfig } from "../../test/support/models/checkpoint.ts";
import { openCheckpoint } from "./checkpoint.ts";
import { convertCheckpoint } from "./convert.ts";
import { type ReleasedShape, releasedShapes } from "./released-shapes.ts";
import { elementCount } from "./safetensors.ts";
import { checkpointTensors, type SynthOptions, synthesizeCheckpoint } from "./synth.ts";

let folder: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "synth-"));
  target = join(folder, "synthetic");
});
afterEach(() => rm(folder, { recursive: true }));

function synthesize(options: Partial<SynthOptions> = {}, signal?: AbortSignal): Promise<number> {
  return synthesizeCheckpoint({ target, config: tinyConfig, seed: 1, shardBytes: 20_000, ...options }, signal);
}

async function valuesOf(checkpointFolder: string, name: string): Promise<Float32Array> {
  await using checkpoint = await openCheckpoint(checkpointFolder);
  const stored = checkpoint.tensors.get(name)!;
  const values = new Float32Array(elementCount(stored.dims));
  await checkpoint.read(stored, 0, values);
  return values;
}

// Counts and sizes of the released files.
it.each([
  ["mini", 14813, 16.26e9],
  ["flash", 24161, 102.9e9],
  ["mini-2.2", 14813, 16.26e9],
  ["flash-2.2", 24161, 102.9e9],
] as const)("%s has %i tensors and %d parameters, as released", (shape: ReleasedShape, count, parameters) => {
  const tensors = checkpointTensors(parseConfig(releasedShapes[shape], "config.json").model);
  expect(tensors).toHaveLength(count);
  const total = tensors.reduce((sum, { dims }) => sum + elementCount(dims), 0);
  expect(total / parameters).toBeCloseTo(1, 3);
});

it("the output is a checkpoint in shards that converts", async () => {
  const sizeBytes = await synthesize();
  const files = await readdir(target);
  expect(files.filter((file) => file.endsWith(".safetensors")).length).toBeGreaterThan(3);
  const index = JSON.parse(await readFile(join(target, "model.safetensors.index.json"), "utf8"));
  expect(index.metadata.total_size).toBe(sizeBytes);
  const manifest = await convertCheckpoint({
    source: target,
    target: join(folder, "package"),
    quantization: "int4",
    ranks: 1,
  });
  expect(manifest.name).toBe("synthetic");
});

it("every expert has weights of its own, spread as their place asks", async () => {
  await synthesize();
  const first = await valuesOf(target, "model.layers.1.mlp.experts.0.up_proj.weight");
  expect(await valuesOf(target, "model.layers.1.mlp.experts.1.up_proj.weight")).not.toEqual(first);
  const deviation = Math.sqrt(first.reduce((sum, value) => sum + value * value, 0) / first.length);
  expect(deviation * Math.sqrt(tinyConfig.hidden_size)).toBeCloseTo(1.5, 0);
});

it("a seed gives the same bytes every time, another one others", async () => {
  const again = join(folder, "again");
  const other = join(folder, "other");
  await synthesize();
  await synthesize({ target: again });
  await synthesize({ target: other, seed: 2 });
  for (const file of await readdir(target)) {
    const bytes = await readFile(join(target, file));
    expect(Buffer.compare(await readFile(join(again, file)), bytes), file).toBe(0);
    if (file.endsWith(".safetensors"))
      expect(Buffer.compare(await readFile(join(other, file)), bytes), file).not.toBe(0);
  }
});

it("an abort leaves nothing behind, and what is there is not touched", async () => {
  const interrupt = new AbortController();
  await expect(synthesize({ onProgress: () => interrupt.abort() }, interrupt.signal)).rejects.toThrow(
    expect.objectContaining({ name: "AbortError" }),
  );
  expect(await readdir(folder)).toEqual([]);
  await mkdir(target);
  await writeFile(join(target, "notes.txt"), "");
  await expect(synthesize()).rejects.toThrow(/synthetic: not empty/);
});
