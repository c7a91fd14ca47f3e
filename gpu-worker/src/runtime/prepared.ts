/**
 * Stores a package's weights in packed form. At every load onnxruntime packs quantized matrices for the CPU, into private
 * memory. Packed once and stored, they are mapped from files that all processes of a host share (docs/results/benchmarks.md
 * has seconds and memory). They lie in the package's folder, in a folder for the onnxruntime version and the CPU.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { arch, cpus } from "node:os";
import { join } from "node:path";
import { env } from "onnxruntime-node";
import { z } from "zod";
import { PackageError } from "../errors.ts";
import { checkSpace } from "../files/disk-space.ts";
import type { Manifest } from "../model/manifest.ts";
import { HEAD_GRAPH, isExpertGraph } from "../model/package-plan.ts";
import { featuresOf } from "../model/target.ts";
import { createPacker } from "./packed-weights.ts";

/** Folder inside the package, with a folder for each version and CPU. */
export const PREPARED_FOLDER = "prepared";

/** Lists the files and their sizes; written last. */
const INDEX_FILE = "prepared.json";

/** Size of packed weights, and of the files in between of the graph that is packed, by the size of the weights. */
export const PACKED_FACTOR = 1.1;
const WORKING_FACTOR = 5;

/** An unfinished folder that has not changed for this long belongs to a dead process: packing a graph takes seconds. */
const ABANDONED_AFTER_MS = 10 * 60_000;

const preparedIndex = z.object({ files: z.array(z.object({ path: z.string(), sizeBytes: z.int() })) });

export type PreparedFile = z.infer<typeof preparedIndex>["files"][number];

export interface PrepareProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** The graph to be packed next. */
  readonly graph: string;
}

/**
 * Names of the graphs whose weights are packed: those in which every product is quantized, with nearly all of the weights. The
 * others have the router's f32 product, and onnxruntime 1.30 crashes on an f32 product whose packed form came from a file.
 */
export function packedGraphs({ quantization, target, graphs }: Manifest): string[] {
  if (quantization === "none" || !featuresOf(target).packsWeights) return [];
  return graphs.map(({ name }) => name).filter((name) => name === HEAD_GRAPH || isExpertGraph(name));
}

/** Bytes of the weights to pack. */
export function packedBytes(manifest: Manifest): number {
  return packedGraphs(manifest).reduce((sum, name) => sum + weightFileBytes(manifest, name), 0);
}

/** The folder of the packed weights for this version and CPU, or undefined if there is none or it is incomplete. */
export async function findPrepared(folder: string, manifest: Manifest): Promise<string | undefined> {
  const path = await preparedPath(folder, manifest);
  const index = await readIndex(path);
  if (index === undefined) return undefined;
  for (const { path: file, sizeBytes } of index.files) {
    if ((await stat(join(path, file)).catch(() => undefined))?.size !== sizeBytes) return undefined;
  }
  return path;
}

/**
 * Packs the weights for this version and CPU, unless that is done. One graph at a time is in memory.
 * @returns the folder
 * @throws PackageError when the disk has too little space, a graph cannot be opened or the folder cannot be written; the
 * signal's reason. A failed run leaves no files.
 */
export async function preparePackage(
  folder: string,
  manifest: Manifest,
  onProgress: (progress: PrepareProgress) => void = () => {},
  signal?: AbortSignal,
): Promise<string> {
  const existing = await findPrepared(folder, manifest);
  if (existing !== undefined) return existing;
  const path = await preparedPath(folder, manifest);
  const partial = `${path}.partial-${process.pid}`;
  await using cleanup = new AsyncDisposableStack();
  try {
    await removeAbandoned(join(folder, PREPARED_FOLDER));
    await mkdir(partial, { recursive: true });
    cleanup.defer(() => rm(partial, { recursive: true, force: true }));
    await checkSpace(partial, `${folder}: the prepared copy`, preparingBytes(manifest));
    const packer = createPacker();
    const files: PreparedFile[] = [];
    let doneBytes = 0;
    for (const graph of packedGraphs(manifest)) {
      signal?.throwIfAborted();
      onProgress({ doneBytes, totalBytes: packedBytes(manifest), graph });
      await packer.pack(join(folder, `${graph}.onnx`), partial, graph);
      for (const file of [`${graph}.onnx`, `${graph}.bin`]) {
        files.push({ path: file, sizeBytes: await sync(join(partial, file)) });
      }
      doneBytes += weightFileBytes(manifest, graph);
    }
    await writePreparedIndex(partial, files);
    await rm(path, { recursive: true, force: true }); // an incomplete one
    await rename(partial, path).catch(async (error) => {
      // Another process has finished first.
      if ((await findPrepared(folder, manifest)) === undefined) throw error;
    });
  } catch (cause) {
    if (cause instanceof PackageError || signal?.aborted) throw cause;
    throw new PackageError(`${path}: cannot write prepared weights: ${(cause as Error).message}`, { cause });
  }
  return path;
}

/** Completes a folder of packed weights. */
export async function writePreparedIndex(folder: string, files: readonly PreparedFile[]): Promise<void> {
  await writeFile(join(folder, INDEX_FILE), JSON.stringify({ files }), { flush: true });
}

/** Undefined if there is none, or a crash left it damaged. */
async function readIndex(path: string): Promise<z.infer<typeof preparedIndex> | undefined> {
  try {
    return preparedIndex.parse(JSON.parse(await readFile(join(path, INDEX_FILE), "utf8")));
  } catch {
    return undefined;
  }
}

/** Removes what killed processes left behind, which is as large as the package. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    const path = join(folder, entry);
    if (!entry.includes(".partial-")) continue;
    const touchedMs = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - touchedMs > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}

/** The folder of a package's packed weights. They are valid for a version, a kind of CPU and the weights of the manifest's graphs, which may be those of a rank. */
export async function preparedPath(folder: string, manifest: Manifest): Promise<string> {
  const cpu = digest(`${arch()} ${await cpuFeatures()}`);
  const packed = new Set(packedGraphs(manifest).flatMap((graph) => [`${graph}.onnx`, `${graph}.bin`]));
  const weights = digest(manifest.files.flatMap(({ path, sha256 }) => (packed.has(path) ? sha256 : [])).join());
  return join(folder, PREPARED_FOLDER, `onnxruntime-${env.versions.node}-cpu-${cpu}-weights-${weights}`);
}

/** The CPU features by which kernels are chosen, or the processor's name if the system does not list features. */
async function cpuFeatures(): Promise<string> {
  const info = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  const features = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1];
  return features?.split(" ").toSorted().join(" ") ?? cpus()[0]?.model ?? "";
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Disk space for the packed weights of all graphs and the files in between of the largest. */
function preparingBytes(manifest: Manifest): number {
  const largest = Math.max(0, ...packedGraphs(manifest).map((name) => weightFileBytes(manifest, name)));
  return PACKED_FACTOR * packedBytes(manifest) + WORKING_FACTOR * largest;
}

function weightFileBytes({ files }: Manifest, graph: string): number {
  return files.find(({ path }) => path === `${graph}.bin`)?.sizeBytes ?? 0;
}

/** Flushes a file to the disk. @returns its size */
async function sync(path: string): Promise<number> {
  await using handle = await open(path);
  await handle.sync();
  return (await handle.stat()).size;
}
