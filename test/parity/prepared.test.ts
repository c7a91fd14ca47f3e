/** Prepared weights give what the package's own give, and one that is damaged or missing is made again. */
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

/** Candidates of one block after a prompt, to the last bit. */
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
  // The package's own are out of the way: what runs now is what was prepared.
  for (const graph of packedGraphs(manifest)) await truncateToZeros(join(golden.folder, `${graph}.bin`));
  expect(await candidates()).toBe(own);
});

it("a package is prepared once", async () => {
  const prepared = await preparePackage(golden.folder, manifest);
  const { mtimeMs } = await stat(join(prepared, "head.bin"));
  const seen: string[] = [];
  expect(await preparePackage(golden.folder, manifest, ({ graph }) => seen.push(graph))).toBe(prepared);
  expect(seen).toEqual([]);
  expect((await stat(join(prepared, "head.bin"))).mtimeMs).toBe(mtimeMs);
});

it("a prepared file that was cut short counts for nothing and is made again", async () => {
  const prepared = await preparePackage(golden.folder, manifest);
  await truncate(join(prepared, "head.bin"), 100);
  expect(await findPrepared(golden.folder, manifest)).toBeUndefined();
  await preparePackage(golden.folder, manifest);
  expect(await findPrepared(golden.folder, manifest)).toBe(prepared);
});

it("an index that is damaged counts for nothing", async () => {
  const prepared = await preparePackage(golden.folder, manifest);
  await writeFile(join(prepared, "prepared.json"), '{"files":[{"pa');
  expect(await findPrepared(golden.folder, manifest)).toBeUndefined();
});

it("files of a killed process are removed once no process writes to them, and files still being written are kept", async () => {
  const [abandoned, growing] = ["a.partial-1", "b.partial-2"].map((name) => join(golden.folder, PREPARED_FOLDER, name));
  for (const folder of [abandoned, growing] as string[]) await mkdir(folder, { recursive: true });
  await utimes(abandoned as string, 0, Date.now() / 1000 - 3600);
  await preparePackage(golden.folder, manifest);
  const left = await readdir(join(golden.folder, PREPARED_FOLDER));
  expect(left).toContain("b.partial-2");
  expect(left).not.toContain("a.partial-1");
});

it("other weights are other prepared weights", async () => {
  const prepared = await preparePackage(golden.folder, manifest);
  const files = manifest.files.map((file) => (file.path === "head.bin" ? { ...file, sha256: "0".repeat(64) } : file));
  expect(await findPrepared(golden.folder, { ...manifest, files })).toBeUndefined();
  expect(await findPrepared(golden.folder, manifest)).toBe(prepared);
});

it("a rank prepares its own graphs where the others' files are not there", async () => {
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

it("an abort or a package that cannot be opened leaves nothing behind", async () => {
  await expect(preparePackage(golden.folder, manifest, () => {}, AbortSignal.abort())).rejects.toThrow("abort");
  await rm(join(golden.folder, "head.onnx"));
  await expect(preparePackage(golden.folder, manifest)).rejects.toThrow("cannot write prepared weights");
  expect(await readdir(join(golden.folder, PREPARED_FOLDER))).toEqual([]);
});

it("packages without quantized weights have nothing to prepare", async () => {
  expect(packedGraphs({ ...manifest, quantization: "none" })).toEqual([]);
});

/** Keeps the size, which the manifest knows. */
async function truncateToZeros(file: string): Promise<void> {
  const { size } = await stat(file);
  await truncate(file, 0);
  await truncate(file, size);
}
