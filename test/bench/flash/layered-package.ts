/**
 * Builds a package that is too large to be prepared afterwards. Each graph is packed as soon as it is written, and its originals are
 * dropped, so that the disk holds one form of the weights. An interrupted build goes on with the next graph.
 */
import { createHash } from "node:crypto";
import { appendFile, link, mkdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freeBytes } from "../../../gpu-worker/src/files/disk-space.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { HEAD_GRAPH, isExpertGraph } from "../../../gpu-worker/src/model/package-plan.ts";
import { type GraphFile, weightBytes } from "../../../gpu-worker/src/model/weights.ts";
import { createPacker } from "../../../gpu-worker/src/runtime/packed-weights.ts";
import {
  PACKED_FACTOR,
  PREPARED_FOLDER,
  type PreparedFile,
  preparedPath,
  writePreparedIndex,
} from "../../../gpu-worker/src/runtime/prepared.ts";
import { weightFile } from "../../../tools/convert/weight-file.ts";
import {
  type PackageFiles,
  planRandom,
  type RandomPackageForm,
  writeGraph,
  writeManifest,
  writeWeights,
} from "../../support/models/random-package.ts";

/** A graph that is finished. */
interface Built {
  readonly graph: string;
  readonly files: PackageFiles;
  readonly packed: readonly PreparedFile[];
}

/** Memory that looks like a disk, for files that live for seconds. */
const SCRATCH = "/dev/shm";

/** Others may fill the disk while a package is built. */
const RESERVED_BYTES = 3e9;

const JOURNAL = "built.jsonl";

/** Packed weights while others are built. */
const PACKING = join(PREPARED_FOLDER, "packing");

export interface Room {
  /** Of the finished package. */
  readonly packageBytes: number;
  /** Its parts that are not built yet. */
  readonly neededBytes: number;
  readonly freeBytes: number;
}

/** The disk space of a package, before the first byte is written. */
export async function reckonRoom(folder: string, form: RandomPackageForm): Promise<Room> {
  const built = new Set((await readJournal(folder)).map(({ graph }) => graph));
  let [packageBytes, neededBytes] = [0, 0];
  for (const graph of planRandom(form)) {
    const sizeBytes = graph.weights.reduce((sum, weight) => sum + weightBytes(weight), 0);
    const stored = sizeBytes * (isPacked(graph) ? PACKED_FACTOR : 1);
    packageBytes += stored;
    if (!built.has(graph.name)) neededBytes += stored;
  }
  return { packageBytes, neededBytes, freeBytes: await freeBytes(folder) };
}

/** @param onGraph called before a graph is built, with its place among them */
export async function buildLayered(
  folder: string,
  form: RandomPackageForm,
  onGraph: (name: string, place: number, of: number) => void,
): Promise<Manifest> {
  const graphs = planRandom(form);
  const packing = join(folder, PACKING);
  await mkdir(packing, { recursive: true });
  const names = new Set(graphs.map(({ name }) => name));
  const built = (await readJournal(folder)).filter(({ graph }) => names.has(graph));
  const packer = createPacker();
  await using cleanup = new AsyncDisposableStack();
  // Its name is the folder's, so that a killed build's memory is freed by the next.
  const scratch = join(SCRATCH, `palimpsest-${createHash("sha256").update(folder).digest("hex").slice(0, 12)}`);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch);
  cleanup.defer(() => rm(scratch, { recursive: true }));
  for (const [place, graph] of graphs.entries()) {
    if (built.some((one) => one.graph === graph.name)) continue;
    onGraph(graph.name, place, graphs.length);
    const left = await freeBytes(folder);
    if (left < RESERVED_BYTES) {
      throw new Error(
        `${folder}: ${left} bytes are left, the build leaves ${RESERVED_BYTES} to others; make room, run again`,
      );
    }
    const files: PackageFiles = [];
    const packed = isPacked(graph) ? await pack(graph, files) : [];
    if (!isPacked(graph)) files.push(await writeWeights(folder, graph), await writeGraph(folder, graph));
    const one: Built = { graph: graph.name, files, packed };
    await appendFile(join(folder, JOURNAL), `${JSON.stringify(one)}\n`);
    built.push(one);
  }
  const manifest = await writeManifest(
    folder,
    form,
    graphs,
    built.flatMap(({ files }) => files),
  );
  const prepared = await preparedPath(folder, manifest);
  await rm(prepared, { force: true });
  await symlink(packing, prepared);
  await writePreparedIndex(
    packing,
    built.flatMap(({ packed }) => packed),
  );
  return manifest;

  /** The originals are in memory only; the package has a hole of their size, which is checked when it is opened. */
  async function pack(graph: GraphFile, files: PackageFiles): Promise<PreparedFile[]> {
    files.push(await writeWeights(scratch, graph), await writeGraph(scratch, graph));
    await packer.pack(join(scratch, `${graph.name}.onnx`), packing, graph.name, scratch);
    const [weights] = files as [PackageFiles[number]];
    await writeFile(join(folder, weights.path), "");
    await truncate(join(folder, weights.path), weights.sizeBytes);
    await writeGraph(folder, graph);
    for (const { path } of files) await rm(join(scratch, path));
    const paths = [`${graph.name}.onnx`, `${graph.name}.bin`];
    return Promise.all(paths.map(async (path) => ({ path, sizeBytes: (await stat(join(packing, path))).size })));
  }
}

/** The same weights under another configuration of the same sizes: only the graphs are new. */
export async function rewireLayered(from: string, folder: string, form: RandomPackageForm): Promise<Manifest> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  const graphs = planRandom(form);
  const files: PackageFiles = [];
  const built = await readJournal(from);
  for (const graph of graphs) {
    const weights = built.flatMap((one) => one.files).find(({ path }) => path === weightFile(graph));
    if (weights === undefined) throw new Error(`${from}: has no ${weightFile(graph)}`);
    await link(join(from, weights.path), join(folder, weights.path));
    files.push(weights, await writeGraph(folder, graph));
  }
  const manifest = await writeManifest(folder, form, graphs, files);
  await mkdir(join(folder, PREPARED_FOLDER));
  await symlink(join(from, PACKING), await preparedPath(folder, manifest));
  return manifest;
}

function isPacked({ name }: GraphFile): boolean {
  return name === HEAD_GRAPH || isExpertGraph(name);
}

/** A line that a killed build left unfinished does not count. */
async function readJournal(folder: string): Promise<Built[]> {
  const text = await readFile(join(folder, JOURNAL), "utf8").catch(() => "");
  const lines = text.split("\n").slice(0, -1);
  if (!text.endsWith("\n") && text !== "")
    await writeFile(join(folder, JOURNAL), lines.map((line) => `${line}\n`).join(""));
  return lines.map((line) => JSON.parse(line) as Built);
}
