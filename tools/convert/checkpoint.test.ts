import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeCheckpoint } from "../../test/support/models/checkpoint.ts";
import { encodeSafetensors } from "../../test/support/models/safetensors.ts";
import { INDEX_FILE, openCheckpoint } from "./checkpoint.ts";
import { elementCount } from "./safetensors.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoint-"));
});
afterEach(() => rm(folder, { recursive: true }));

it.each([
  ["F32", 1],
  ["F16", 1],
  ["BF16", 3],
] as const)("a checkpoint in %s and %i files reads back value for value, whole and by range", async (dtype, shards) => {
  const { tensors } = await writeCheckpoint(folder, { dtype, shards });
  await using checkpoint = await openCheckpoint(folder);
  expect(new Set(checkpoint.tensors.keys())).toEqual(new Set(tensors.keys()));
  for (const [name, { dims, values }] of tensors) {
    const stored = checkpoint.tensors.get(name)!;
    expect(stored.dims).toEqual(dims);
    const whole = new Float32Array(elementCount(dims));
    await checkpoint.read(stored, 0, whole);
    expect(whole).toEqual(values);
    const part = new Float32Array(Math.ceil(values.length / 3));
    await checkpoint.read(stored, values.length - part.length, part);
    expect(part).toEqual(values.slice(-part.length));
  }
});

it.each([Number.NaN, Number.NEGATIVE_INFINITY])(
  "a weight that is %d is refused by file, tensor and place",
  async (bad) => {
    const values = Float32Array.of(1, 2, bad, 4);
    for (const dtype of ["F32", "F16", "BF16"] as const) {
      await writeFile(join(folder, "model.safetensors"), encodeSafetensors([{ name: "w", dims: [4], dtype, values }]));
      await using checkpoint = await openCheckpoint(folder);
      const reading = checkpoint.read(checkpoint.tensors.get("w")!, 1, new Float32Array(3));
      await expect(reading).rejects.toThrow(`model.safetensors: tensor w: value 2 is ${bad}`);
    }
  },
);

it("a file that shrinks after it was opened is an error, not zeros", async () => {
  await writeCheckpoint(folder);
  await using checkpoint = await openCheckpoint(folder);
  await truncate(join(folder, "model.safetensors"), 20_000);
  const reading = checkpoint.read(checkpoint.tensors.get("lm_head.weight")!, 0, new Float32Array(8));
  await expect(reading).rejects.toThrow(/model\.safetensors: ends at byte/);
});

it("a folder without weights is refused", async () => {
  await expect(openCheckpoint(folder)).rejects.toThrow(/neither model.safetensors nor .*index.json/);
});

const FIRST = "model-00001-of-00002.safetensors";

/** A checkpoint in two shards with another index. */
async function withIndex(change: (weightMap: Record<string, string>) => unknown): Promise<void> {
  await writeCheckpoint(folder, { shards: 2 });
  const index = JSON.parse(await readFile(join(folder, INDEX_FILE), "utf8"));
  await writeFile(join(folder, INDEX_FILE), JSON.stringify({ weight_map: change(index.weight_map) }));
}

it("a shard that is not there is named", async () => {
  await writeCheckpoint(folder, { shards: 2 });
  await rm(join(folder, FIRST));
  await expect(openCheckpoint(folder)).rejects.toThrow(`${FIRST}: missing`);
});

it("a tensor that the index promises in vain is named with its shard", async () => {
  await withIndex((weightMap) => ({ ...weightMap, "model.extra": FIRST }));
  await expect(openCheckpoint(folder)).rejects.toThrow(`${FIRST}: does not contain tensor model.extra`);
});

it("a tensor that stands in two shards is named with both", async () => {
  await writeCheckpoint(folder, { shards: 2 });
  await writeFile(join(folder, FIRST.replace("1", "2")), await readFile(join(folder, FIRST)));
  await expect(openCheckpoint(folder)).rejects.toThrow(/00002-of.*: tensor \S+ is in model-00001-of/);
});

it.each(["../model.safetensors", "/etc/passwd", "..", "a/b"])("an index cannot name %s", async (path) => {
  await withIndex(() => ({ "model.norm.weight": path }));
  await expect(openCheckpoint(folder)).rejects.toThrow(/tensor model.norm.weight: ".*" is not a file name/);
});

it("an index that is not JSON or has no map is refused", async () => {
  await withIndex(() => "none");
  await expect(openCheckpoint(folder)).rejects.toThrow(/weight_map must map/);
  await writeFile(join(folder, INDEX_FILE), "{");
  await expect(openCheckpoint(folder)).rejects.toThrow(/index.json: not JSON/);
});
