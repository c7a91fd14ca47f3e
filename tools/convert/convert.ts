/**
 * Checkpoint in, model package out. Everything that can be known to be wrong is found before the first byte is written; the
 * package appears under its name when it is whole, and a conversion that is broken off goes on where it stopped.
 *
 * Memory: one slab of 4M values (16 MB as f32, up to 4 MB more quantized), the scales of one matrix, and all tensor headers;
 * docs/conversion.md has it measured.
 */
import { basename, join, resolve } from "node:path";
import { checkSpace, isOneDisk } from "@palimpsest/gpu-worker/files/disk-space";
import { parameterCounts } from "@palimpsest/gpu-worker/model/config";
import { MANIFEST_FILE, MANIFEST_VERSION, type Manifest } from "@palimpsest/gpu-worker/model/manifest";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { checkTensors, scaleOf } from "./checkpoint-fit.ts";
import { type ConversionPlan, digestOf, type PlanOptions, planConversion } from "./conversion-plan.ts";
import { lastUses, peakDiskBytes, type SourceFiles, sourceBytes } from "./footprint.ts";
import { type ConversionIdentity, type JournalWriter, openJournal, readJournal } from "./journal.ts";
import { createOutputFile } from "./output-file.ts";
import { createPackageFolder } from "./package-folder.ts";
import { resume } from "./resume.ts";
import { weightFile, weightFileBytes, weightPlaces, writeWeights } from "./weight-file.ts";

export interface ConvertOptions extends PlanOptions {
  /** Folder of the package. */
  readonly target: string;
  /** What clients call the model; the source folder's name where absent. */
  readonly name?: string | undefined;
  /** Replaces a package that stands at the target. */
  readonly replace?: boolean | undefined;
  /** Deletes each of the checkpoint's weight files once all that is made of it is on the disk. */
  readonly consume?: boolean | undefined;
  readonly onProgress?: ((progress: ConvertProgress) => void) | undefined;
  /** Told in a sentence what becomes of an earlier conversion that was broken off. */
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

export interface ConvertProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** The file being written. */
  readonly file: string;
}

/**
 * Converts a checkpoint.
 * @returns the manifest, as written
 * @throws PackageError where checkpoint, options or disk are at fault; the signal's reason. What is finished by then is
 * kept beside the target for the next conversion with the same options.
 */
export async function convertCheckpoint(options: ConvertOptions, signal?: AbortSignal): Promise<Manifest> {
  const { source, target } = options;
  await using folder = await createPackageFolder(target, options.replace ?? false);
  const begun = await readJournal(folder.path);
  await using checkpoint = await openCheckpoint(source, begun?.consumed);
  const plan = await planConversion(options, scaleOf(checkpoint));
  const { graphs, tokenizer } = plan;
  const identity = identify(plan, checkpoint);
  const sources = sourceFiles(checkpoint);
  const read = new Set(
    lastUses(
      graphs.filter((graph) => begun?.files.has(weightFile(graph))),
      sources,
    ).flat(),
  );
  const finished = await resume(begun, identity, read, folder, options.onNotice);
  const left = graphs.filter((graph) => !finished.has(weightFile(graph)));
  checkTensors(left, checkpoint, source);
  // Deleted shards make room where they stand on the same disk.
  const makesRoom = options.consume === true && (await isOneDisk(source, folder.path));
  const neededBytes = peakDiskBytes(left, sources, makesRoom) - sourceBytes(sources);
  await checkSpace(folder.path, `${target}: the package`, neededBytes);

  const files: Manifest["files"] = [];
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    await using output = await createOutputFile(join(folder.path, path));
    await output.write(bytes);
    files.push({ path, ...(await output.finish()) });
  };
  const uses = lastUses(graphs, sources);
  const totalBytes = graphs.reduce((sum, { weights }) => sum + weightFileBytes(weights), 0);
  let doneBytes = 0;
  await using journal = await openJournal(folder.path, identity);
  for (const [i, graph] of graphs.entries()) {
    const path = weightFile(graph);
    let file = finished.get(path);
    if (file === undefined) {
      await using output = await createOutputFile(join(folder.path, path));
      for await (const _ of writeWeights(graph.weights, checkpoint, output, signal)) {
        options.onProgress?.({ doneBytes: doneBytes + output.position, totalBytes, file: path });
      }
      file = { path, ...(await output.finish()) };
      await journal.add(file);
    }
    files.push(file);
    doneBytes += file.sizeBytes;
    await write(`${graph.name}.onnx`, graph.build(weightPlaces(graph)));
    // The last graph's files wait until the package stands.
    if (options.consume && i < graphs.length - 1) await consume(uses[i] as string[], checkpoint, journal);
  }
  for (const [path, bytes] of tokenizer.files) await write(path, bytes);

  const manifest = manifestOf(plan, options, files);
  await write(MANIFEST_FILE, new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`));
  signal?.throwIfAborted();
  await folder.publish();
  if (options.consume) for (const file of uses.at(-1) as string[]) await checkpoint.consume(file);
  return manifest;
}

/** A checkpoint's files, for the arithmetic of disk space. */
export function sourceFiles({ tensors, files }: Checkpoint): SourceFiles {
  return {
    sizes: new Map([...files].map(([name, { sizeBytes }]) => [name, sizeBytes])),
    fileOf(tensor) {
      const stored = tensors.get(tensor);
      return stored && basename(stored.file);
    },
  };
}

function identify(plan: ConversionPlan, { files }: Checkpoint): ConversionIdentity {
  return { digest: digestOf(plan), sources: Object.fromEntries([...files].map(([name, { stamp }]) => [name, stamp])) };
}

/** Each deletion is told to the journal first: a conversion that goes on must know why the file is missing. */
async function consume(files: readonly string[], checkpoint: Checkpoint, journal: JournalWriter): Promise<void> {
  for (const file of files) {
    await journal.add({ consumed: file });
    await checkpoint.consume(file);
  }
}

function manifestOf(plan: ConversionPlan, options: ConvertOptions, files: Manifest["files"]): Manifest {
  const { model, tokens, blockLength, tokenizer, graphs } = plan;
  return {
    format: "palimpsest-model",
    version: MANIFEST_VERSION,
    name: options.name ?? basename(resolve(options.source)),
    created: Math.floor(Date.now() / 1000),
    architecture: "llada2_moe",
    config: model,
    blockLength,
    maskToken: tokens.maskToken,
    eosTokens: [...tokens.eosTokens],
    ...(tokens.editTokens && { editTokens: tokens.editTokens }),
    quantization: options.quantization,
    target: options.provider ?? "cpu",
    ranks: options.ranks,
    parameters: parameterCounts(model),
    graphs: graphs.map(({ name, rank }) => ({ name, rank })),
    files: [...files],
    ...(tokenizer.manifest && { tokenizer: tokenizer.manifest }),
  };
}
