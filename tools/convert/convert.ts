/**
 * Converts a checkpoint to a model package. All checks run before the first byte is written. The package appears under its
 * name when it is complete, and an interrupted conversion can be resumed.
 *
 * Memory: a slab of 4M values (16 MB as f32, up to 4 MB more quantized), the scales of a matrix, and all tensor headers;
 * docs/conversion.md has measurements.
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
  /** The model's name for clients; by default that of the source folder. */
  readonly name?: string | undefined;
  /** Replaces an existing package. */
  readonly replace?: boolean | undefined;
  /** Deletes each weight file of the checkpoint once everything made from it is on the disk. */
  readonly consume?: boolean | undefined;
  readonly onProgress?: ((progress: ConvertProgress) => void) | undefined;
  /** Called with a sentence about an interrupted earlier conversion: resumed, or started over. */
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
 * @throws PackageError when checkpoint, options or disk are at fault; the signal's reason. Finished files are kept beside the
 * target for the next conversion with the same options.
 */
export async function convertCheckpoint(options: ConvertOptions, signal?: AbortSignal): Promise<Manifest> {
  const { source, target } = options;
  await using folder = await createPackageFolder(target, options.replace ?? false);
  const earlier = await readJournal(folder.path);
  await using checkpoint = await openCheckpoint(source, earlier?.consumed);
  const plan = await planConversion(options, scaleOf(checkpoint));
  const { graphs, tokenizer } = plan;
  const identity = identify(plan, checkpoint);
  const sources = sourceFiles(checkpoint);
  const read = new Set(
    lastUses(
      graphs.filter((graph) => earlier?.files.has(weightFile(graph))),
      sources,
    ).flat(),
  );
  const finished = await resume(earlier, { identity, read, folder, onNotice: options.onNotice });
  const left = graphs.filter((graph) => !finished.has(weightFile(graph)));
  checkTensors(left, checkpoint, source);
  // Deleting shards only frees space for the package if both are on the same disk.
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
    // Sources of the last graph are kept until the package is published.
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

/** Sizes and tensors of a checkpoint's files, to compute disk space. */
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

/** Deletes source files. The journal records each first: a resumed conversion must know why a file is missing. */
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
