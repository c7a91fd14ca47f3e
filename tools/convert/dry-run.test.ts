import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeCheckpoint } from "../../test/support/models/checkpoint.ts";
import { convertCheckpoint } from "./convert.ts";
import { dryRun } from "./dry-run.ts";

let folder: string;
let source: string;
let target: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dry-run-"));
  source = join(folder, "tiny");
  target = join(folder, "somewhere", "package");
});
afterEach(() => rm(folder, { recursive: true }));

const options = { quantization: "int4", ranks: 2 } as const;

it("a dry run tells the sizes that the conversion then has, and writes nothing", async () => {
  await writeCheckpoint(source, { dtype: "BF16", shards: 3, layout: "runs" });
  const run = await dryRun({ ...options, source }, target, false);
  expect(await readdir(folder)).toEqual(["tiny"]);

  const manifest = await convertCheckpoint({ ...options, source, target: join(folder, "package") });
  const weights = manifest.files.filter(({ path }) => path.endsWith(".bin"));
  const sum = (files: readonly { sizeBytes: number }[]): number => files.reduce((all, file) => all + file.sizeBytes, 0);
  expect(sum(run.kinds)).toBe(sum(weights));
  expect(run.rankBytes.reduce((all, size) => all + size)).toBe(sum(weights));
  expect(run.packageBytes).toBeGreaterThanOrEqual(sum(manifest.files.filter(({ path }) => /\.(bin|onnx)$/.test(path))));
  expect(run.peakBytes).toBe(run.sourceBytes + run.packageBytes);
  expect(run.peakBytesConsuming).toBeLessThan(run.peakBytes);
});

it("without the weights the configuration and the index give the same plan", async () => {
  await writeCheckpoint(source, { dtype: "BF16", shards: 3, layout: "runs" });
  const whole = await dryRun({ ...options, source }, target, false);
  for (const file of await readdir(source)) if (file.endsWith(".safetensors")) await rm(join(source, file));
  const run = await dryRun({ ...options, source }, target, false);
  expect(run).toMatchObject({ kinds: whole.kinds, rankBytes: whole.rankBytes, sizesFrom: "configuration" });
  // The files' headers are all that it does not know.
  expect(whole.sourceBytes - run.sourceBytes).toBeGreaterThan(0);
  expect(whole.sourceBytes - run.sourceBytes).toBeLessThan(whole.sourceBytes / 2);
});

it("a dry run knows which shards an earlier conversion finished and consumed", async () => {
  await writeCheckpoint(source, { dtype: "BF16", shards: 5, layout: "runs" });
  target = join(folder, "package");
  const whole = await dryRun({ ...options, source }, target, false);
  const interrupt = new AbortController();
  const converting = convertCheckpoint(
    { ...options, source, target, consume: true, onProgress: ({ file }) => file === "head.bin" && interrupt.abort() },
    interrupt.signal,
  );
  await expect(converting).rejects.toThrow("abort");
  const run = await dryRun({ ...options, source }, target, false);
  expect(run).toMatchObject({ finishedFiles: run.weightFiles - 1, sizesFrom: "files" });
  expect(run.sourceBytes).toBeLessThan(whole.sourceBytes);
  expect(run.peakBytes).toBe(run.sourceBytes + run.packageBytes);
  expect(await dryRun({ ...options, quantization: "int8", source }, target, false)).toMatchObject({ finishedFiles: 0 });
});

it("a dry run refuses whatever the conversion would refuse", async () => {
  await writeCheckpoint(source);
  await expect(dryRun({ ...options, source, ranks: 999 }, target, false)).rejects.toThrow("999 ranks");
  await expect(dryRun({ ...options, source: join(folder, "nowhere") }, target, false)).rejects.toThrow(
    "not a checkpoint",
  );
  await expect(dryRun({ ...options, source }, source, false)).rejects.toThrow("tiny");
  const { config } = await writeCheckpoint(join(folder, "huge"), { shards: 2 });
  for (const file of await readdir(join(folder, "huge"))) {
    if (file.endsWith(".safetensors")) await rm(join(folder, "huge", file));
  }
  await writeFile(join(folder, "huge", "config.json"), JSON.stringify({ ...config, head_dim: 2 ** 40 }));
  await expect(dryRun({ ...options, source: join(folder, "huge") }, target, false)).rejects.toThrow("far larger");
});
