/** Prepared weights give the same results as the package's own, and damaged or missing ones are rebuilt. */
import { mkdir, readdir, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import { openModel } from "../../gpu-worker/src/runtime/model.ts";
import { findPrepared, PREPARED_FOLDER, packedGraphs, preparePackage } from "../../gpu-worker/src/runtime/prepared.ts";
import { candidatesOf } from "../support/models/candidates.ts";
import { convertGolden, goldenRuns } from "../support/models/golden.ts";

let golden: Awaited<ReturnType<typeof convertGolden>>;
let manifest: Manifest;
beforeEach(async () => {
  golden = await convertGolden("tiny-21", { quantization: "int4", ranks: 2 });
  manifest = await readManifest(golden.folder);
});
afterEach(() => golden[Symbol.asyncDispose]());

/** Exact candidates of one block after a prompt. */
async function candidates(): Promise<string> {
  const model = await openModel(golden.folder, manifest, { threads: 1, pages: 4 });
  const sequence = model.sequence([0, 1, 2, 3]);
  const { prompt } = goldenRuns("tiny-21")[0] as { prompt: readonly number[] };
  const block = new Array<number>(manifest.blockLength).fill(manifest.maskToken);
  await sequence.prefill(prompt.slice(0, prompt.length - (prompt.length % block.length)), AbortSignal.timeout(60_000));
  return JSON.stringify(await candidatesOf(sequence, block));
}

it.each(["int4", "int8"] as const)("prepared %s weights give the same bits", async (quantization) => {
  await golden[Symbol.asyncDispose]();
  golden = await convertGolden("tiny-21", { quantization, ranks: 1 });
  manifest = await readManifest(golden.folder);
  const own = await candidates();
  const prepared = await preparePackage(golden.folder, manifest);
  expect(await findPrepared(golden.folder, manifest)).toBe(prepared);
  // The package's own weights are zeroed, so the prepared ones run.
  for (const graph of packedGraphs(manifest)) await truncateToZeros(join(golden.folder, `${graph}.bin`));
  expect(await candidates()).toBe(own);
});

it("prepares a package once", async () => {
  const prepared = await preparePackage(golden.folder, manifest);
  const { mtimeMs } = await stat(join(prepared, "head.bin"));
  const seen: string[] = [];
  expect(await preparePackage(golden.folder, manifest, ({ graph }) => seen.push(graph))).toBe(prepared);
  expect(seen).toEqual([]);
  expect((await stat(join(prepared, "head.bin"))).mtimeMs).toBe(mtimeMs);
});

it("ignores and rebuilds a truncated prepared file", async () => {
  const prepared = await preparePackage(golden.folder, manifest);
  await truncate(join(prepared, "head.bin"), 100);
  expect(await findPrepared(golden.folder, manifest)).toBeUndefined();
  await preparePackage(golden.folder, manifest);
  expect(await findPrepared(golden.folder, manifest)).toBe(prepared);
});

it("ignores a damaged index", async () => {
  const prepared = await preparePackage(golden.folder, manifest);
  await writeFile(join(prepared, "prepared.json"), '{"files":[{"pa');
  expect(await findPrepared(golden.folder, manifest)).toBeUndefined();
});

it("removes files of a killed process once no process writes to them, and keeps files still being written", async () => {
  const [abandoned, growing] = ["a.partial-1", "b.partial-2"].map((name) => join(golden.folder, PREPARED_FOLDER, name));
  for (const folder of [abandoned, growing] as string[]) await mkdir(folder, { recursive: true });
  await utimes(abandoned as string, 0, Date.now() / 1000 - 3600);
  await preparePackage(golden.folder, manifest);
  const left = await readdir(join(golden.folder, PREPARED_FOLDER));
  expect(left).toContain("b.partial-2");
  expect(left).not.toContain("a.partial-1");
});

it("prepares different weights separately", async () => {
  const prepared = await preparePackage(golden.folder, manifest);
  const files = manifest.files.map((file) => (file.path === "head.bin" ? { ...file, sha256: "0".repeat(64) } : file));
  expect(await findPrepared(golden.folder, { ...manifest, files })).toBeUndefined();
  expect(await findPrepared(golden.folder, manifest)).toBe(prepared);
});

it("a rank prepares its own graphs without the other ranks' files", async () => {
  const [own, others] = [true, false].map((isOwn) => manifest.graphs.filter(({ rank }) => (rank === 1) === isOwn));
  for (const { name } of others!) await rm(join(golden.folder, `${name}.bin`));
  const prepared = await preparePackage(golden.folder, { ...manifest, graphs: own! });
  const names = packedGraphs({ ...manifest, graphs: own! });
  expect(names.length).toBeGreaterThan(0);
  expect((await readdir(prepared)).filter((file) => file.endsWith(".bin")).toSorted()).toEqual(
    names.map((name) => `${name}.bin`).toSorted(),
  );
  expect(await findPrepared(golden.folder, manifest)).toBeUndefined();
});

it("leaves nothing behind after an abort or a package that cannot be opened", async () => {
  await expect(preparePackage(golden.folder, manifest, () => {}, AbortSignal.abort())).rejects.toThrow("abort");
  await rm(join(golden.folder, "head.onnx"));
  await expect(preparePackage(golden.folder, manifest)).rejects.toThrow("cannot write prepared weights");
  expect(await readdir(join(golden.folder, PREPARED_FOLDER))).toEqual([]);
});

it("has nothing to prepare for packages without quantized weights", async () => {
  expect(packedGraphs({ ...manifest, quantization: "none" })).toEqual([]);
});

/** Keeps the size, which the manifest records. */
async function truncateToZeros(file: string): Promise<void> {
  const { size } = await stat(file);
  await truncate(file, 0);
  await truncate(file, size);
}
