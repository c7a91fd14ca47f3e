import { appendFile, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Manifest } from "../../gpu-worker/src/model/manifest.ts";
import { writeCheckpoint } from "../../test/support/models/checkpoint.ts";
import { INDEX_FILE } from "./checkpoint.ts";
import { type ConvertOptions, convertCheckpoint } from "./convert.ts";
import { LOCK_FILE } from "./folder-lock.ts";
import { JOURNAL_FILE } from "./journal.ts";

const SHARDS = 5;

let folder: string;
let source: string;
let target: string;
let written: string[];
let notices: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "resume-"));
  source = join(folder, "tiny");
  target = join(folder, "package");
  await writeCheckpoint(source, { shards: SHARDS, layout: "runs" });
});
afterEach(() => rm(folder, { recursive: true }));

/** Converts, noting which weight files are written. */
function convert(options: Partial<ConvertOptions> = {}, signal?: AbortSignal): Promise<Manifest> {
  written = [];
  notices = [];
  const onProgress: ConvertOptions["onProgress"] = (progress) => {
    if (written.at(-1) !== progress.file) written.push(progress.file);
    options.onProgress?.(progress);
  };
  const onNotice = (sentence: string): void => void notices.push(sentence);
  return convertCheckpoint(
    { source, target, quantization: "int8", ranks: 1, ...options, onProgress, onNotice },
    signal,
  );
}

/** Converts until the file is begun. */
async function convertUntil(file: string, options: Partial<ConvertOptions> = {}): Promise<void> {
  const interrupt = new AbortController();
  const onProgress: ConvertOptions["onProgress"] = (progress) => progress.file === file && interrupt.abort();
  await expect(convert({ ...options, onProgress }, interrupt.signal)).rejects.toThrow("aborted");
}

async function checksums(): Promise<Map<string, string>> {
  const { files } = JSON.parse(await readFile(join(target, "manifest.json"), "utf8")) as Manifest;
  return new Map(files.map(({ path, sha256 }) => [path, sha256]));
}

async function shards(): Promise<string[]> {
  return (await readdir(source)).filter((file) => file.endsWith(".safetensors"));
}

const ALL = ["embedding.bin", "layer-00.bin", "layer-01.bin", "experts-01-rank-00.bin", "layer-02.bin"];
const REST = ["experts-02-rank-00.bin", "head.bin"];

it("a conversion that was broken off goes on at the file it was writing, and gives what one run gives", async () => {
  await convert();
  const inOneRun = await checksums();
  await rm(target, { recursive: true });
  await convertUntil("experts-02-rank-00.bin");
  expect(written).toEqual([...ALL, "experts-02-rank-00.bin"]);
  await convert();
  expect(written).toEqual(REST);
  expect(notices).toEqual([expect.stringContaining("package.partial: resuming after 5 finished weight files")]);
  expect(await checksums()).toEqual(inOneRun);
  expect((await readdir(folder)).sort()).toEqual(["package", "tiny"]);
  expect(await readdir(target)).not.toContain(JOURNAL_FILE);
});

it("a name or other stop tokens do not begin it anew", async () => {
  await convertUntil("head.bin");
  expect((await convert({ name: "other", eosTokens: [3] })).name).toBe("other");
  expect(written).toEqual(["head.bin"]);
});

it.each([
  ["other options", () => convert({ quantization: "int4" })],
  ["other checkpoint files", () => utimes(join(source, shardName(2)), 1, 1).then(() => convert())],
])("with %s it starts over and says so", async (change, again) => {
  await convertUntil("head.bin");
  await again();
  expect(written).toEqual([...ALL, ...REST]);
  expect(notices).toEqual([expect.stringContaining(`package.partial: was started with ${change}; starting over`)]);
});

it("a file that is not as long as the journal says is written again", async () => {
  await convertUntil("head.bin");
  await writeFile(join(folder, "package.partial", "layer-01.bin"), "short");
  await convert();
  expect(written).toEqual(["layer-01.bin", "head.bin"]);
});

it("a journal whose last line a dying machine cut short is used as far as it goes", async () => {
  await convertUntil("head.bin");
  const journal = join(folder, "package.partial", JOURNAL_FILE);
  const lines = (await readFile(journal, "utf8")).trimEnd().split("\n");
  await writeFile(journal, [...lines.slice(0, -1), lines.at(-1)!.slice(0, 20)].join("\n"));
  await convertUntil("head.bin");
  expect(written).toEqual(["experts-02-rank-00.bin", "head.bin"]);
  await convert();
  expect(written).toEqual(["head.bin"]);
});

it("consume deletes each shard after its last use, and the last ones when the package stands", async () => {
  await convert();
  const inOneRun = await checksums();
  await rm(target, { recursive: true });
  const seen = new Map<string, number>();
  const counts: Promise<void>[] = [];
  const onProgress: ConvertOptions["onProgress"] = ({ file }) => {
    if (!seen.has(file)) counts.push(shards().then((left) => void seen.set(file, left.length)));
  };
  await convert({ consume: true, onProgress });
  await Promise.all(counts);
  expect(seen.get("embedding.bin")).toBe(SHARDS);
  expect(seen.get("head.bin")).toBeLessThan(SHARDS);
  expect(seen.get("head.bin")).toBeGreaterThan(0);
  expect(await shards()).toEqual([]);
  expect(await readdir(source)).toContain(INDEX_FILE);
  expect(await checksums()).toEqual(inOneRun);
});

it("a consuming conversion goes on without the shards it has used up", async () => {
  await convert();
  const inOneRun = await checksums();
  await rm(target, { recursive: true });
  await convertUntil("head.bin", { consume: true });
  expect((await shards()).length).toBeLessThan(SHARDS);
  await convert({ consume: true });
  expect(written).toEqual(["head.bin"]);
  expect(await checksums()).toEqual(inOneRun);
});

it("files made from consumed shards are kept when the options differ", async () => {
  await convertUntil("head.bin", { consume: true });
  await expect(convert({ quantization: "int4" })).rejects.toThrow(
    /package.partial: was started with other options and has the only data of model-00001-of-00005/,
  );
  await convert();
  expect(written).toEqual(["head.bin"]);
});

it("nor for another checkpoint whose shards have the same names", async () => {
  await convertUntil("head.bin", { consume: true });
  await rm(source, { recursive: true });
  await writeCheckpoint(source, { shards: SHARDS });
  await expect(convert()).rejects.toThrow(
    /package.partial: was started with other checkpoint files and has the only data of model-00001-of-00005/,
  );
});

it("a shard that nothing finished was made from may be fetched again, also where others are used up", async () => {
  await rm(source, { recursive: true });
  await writeCheckpoint(source, { shards: 40, layout: "runs" });
  await convert();
  const inOneRun = await checksums();
  await rm(target, { recursive: true });
  const last = join(source, (await shards()).sort().at(-1) as string);
  const good = await readFile(last);
  const bad = Uint8Array.from(good);
  bad.fill(0xff, bad.length - 8); // NaN
  await writeFile(last, bad);
  await expect(convert({ consume: true })).rejects.toThrow("is NaN");
  await writeFile(last, good);
  await utimes(last, 1, 1);
  await convertUntil(written.at(-1) as string, { consume: true });
  await convert({ consume: true });
  expect(await checksums()).toEqual(inOneRun);
});

it("a disk that is full in the middle is told, leaves no package, and the same command then goes on", async () => {
  await convertUntil("head.bin");
  const head = join(folder, "package.partial", "head.bin");
  await rm(head, { force: true });
  await symlink("/dev/full", head);
  await expect(convert()).rejects.toThrow(
    "head.bin: no space left on the disk; make room and run the same command again",
  );
  expect((await readdir(folder)).sort()).toEqual(["package.partial", "tiny"]);
  expect(await readdir(join(folder, "package.partial"))).not.toContain("manifest.json");
  await rm(head);
  await convert();
  expect(written).toEqual(["head.bin"]);
});

it("without a journal a missing shard is missing", async () => {
  await rm(join(source, shardName(1)));
  await expect(convert()).rejects.toThrow(`${shardName(1)}: missing`);
});

it("two processes never write one package; a lock whose process has ended counts for nothing", async () => {
  await convertUntil("head.bin");
  const lock = join(folder, "package.partial", LOCK_FILE);
  await appendFile(lock, String(process.ppid));
  await expect(convert()).rejects.toThrow(`process ${process.ppid} is writing there`);
  await writeFile(lock, "999999999");
  await convert();
  expect(written).toEqual(["head.bin"]);
});

function shardName(n: number): string {
  return `model-${String(n).padStart(5, "0")}-of-${String(SHARDS).padStart(5, "0")}.safetensors`;
}
