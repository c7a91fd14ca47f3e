/**
 * Splits a package's experts over other ranks: the same weights, bit for bit, in other files. It quantizes nothing, so it
 * needs no checkpoint.
 */
import { copyFile, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { checkSpace } from "@palimpsest/gpu-worker/files/disk-space";
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import type { ModelConfig } from "@palimpsest/gpu-worker/model/config";
import { MANIFEST_FILE, type Manifest } from "@palimpsest/gpu-worker/model/manifest";
import { externalDataOf } from "@palimpsest/gpu-worker/model/onnx-graph";
import { planPackage } from "@palimpsest/gpu-worker/model/package-plan";
import { evenPlan, type ShardPlan } from "@palimpsest/gpu-worker/model/shard-plan";
import type { ExternalData, Weight } from "@palimpsest/gpu-worker/model/weights";
import { weightBytes } from "@palimpsest/gpu-worker/model/weights";
import { createOutputFile, type OutputFile } from "./output-file.ts";
import { createPackageFolder } from "./package-folder.ts";
import { ALIGNMENT_BYTES, weightFile, weightFileBytes, weightPlaces } from "./weight-file.ts";

const COPY_BYTES = 1 << 24;

export interface ShardOptions {
  /** Folder of the package. */
  readonly source: string;
  /** Folder to write. */
  readonly target: string;
  readonly ranks: number;
  /** Plans the experts of each rank; split evenly and in order if absent. */
  readonly plan?: ((config: ModelConfig) => ShardPlan) | undefined;
  /** Replaces an existing package. */
  readonly replace?: boolean | undefined;
  readonly onProgress?: ((progress: { doneBytes: number; totalBytes: number; file: string }) => void) | undefined;
}

/**
 * @returns the new package's manifest
 * @throws PackageError when the package lacks a weight, the target is not empty or the disk is full; the signal's reason
 */
export async function shardPackage(options: ShardOptions, signal?: AbortSignal): Promise<Manifest> {
  const { source, target, ranks } = options;
  const old = await readManifest(source);
  const { config, quantization, maskToken, editTokens } = old;
  if (ranks > config.experts) throw new PackageError(`${ranks} ranks for ${config.experts} experts; give fewer`);
  const plan = options.plan?.(config);
  const shards = plan ?? evenPlan(config, ranks);
  const graphs = planPackage(config, { target: old.target, quantization, ranks, shards, maskToken, editTokens });
  const places = await placesOf(source, old);
  await using folder = await createPackageFolder(target, options.replace ?? false);
  await folder.clear();
  const totalBytes = graphs.reduce((sum, { weights }) => sum + weightFileBytes(weights), 0);
  await checkSpace(folder.path, `${target}: the package`, totalBytes);
  const files: Manifest["files"] = [];
  let doneBytes = 0;
  for (const graph of graphs) {
    await using output = await createOutputFile(join(folder.path, weightFile(graph)));
    for (const weight of graph.weights) {
      options.onProgress?.({ doneBytes: doneBytes + output.position, totalBytes, file: weightFile(graph) });
      await output.align(ALIGNMENT_BYTES);
      await copyWeight(source, weight, places.get(weight.name), output, signal);
    }
    const file = await output.finish();
    files.push({ path: weightFile(graph), ...file });
    doneBytes += file.sizeBytes;
    await using model = await createOutputFile(join(folder.path, `${graph.name}.onnx`));
    await model.write(graph.build(weightPlaces(graph)));
    files.push({ path: `${graph.name}.onnx`, ...(await model.finish()) });
  }
  const graphFiles = new Set(old.graphs.flatMap(({ name }) => [`${name}.onnx`, `${name}.bin`]));
  for (const file of old.files.filter(({ path }) => !graphFiles.has(path))) {
    await copyFile(join(source, file.path), join(folder.path, file.path));
    files.push(file);
  }
  const { shards: _, ...rest } = old;
  const manifest: Manifest = {
    ...rest,
    ranks,
    ...(plan && { shards: plan.map((layer) => layer.map((experts) => [...experts])) }),
    graphs: graphs.map(({ name, rank }) => ({ name, rank })),
    files,
  };
  await using output = await createOutputFile(join(folder.path, MANIFEST_FILE));
  await output.write(new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`));
  await output.finish();
  signal?.throwIfAborted();
  await folder.publish();
  return manifest;
}

/** Locates each weight of a package by name. Replicas of an expert have the same bytes, so any of them will do. */
async function placesOf(folder: string, manifest: Manifest): Promise<Map<string, ExternalData>> {
  const places = new Map<string, ExternalData>();
  for (const { name } of manifest.graphs) {
    const path = join(folder, `${name}.onnx`);
    const bytes = await readFile(path).catch((cause: Error) => {
      throw new PackageError(`${path}: ${cause.message}; the whole package is needed`, { cause });
    });
    for (const [weight, place] of externalDataOf(bytes)) places.set(weight, place);
  }
  return places;
}

async function copyWeight(
  source: string,
  weight: Weight,
  place: ExternalData | undefined,
  output: OutputFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (place === undefined || place.length !== weightBytes(weight)) {
    throw new PackageError(
      `${source}: has ${place?.length ?? "no"} bytes of ${weight.name}, needs ${weightBytes(weight)}; ` +
        "an older version wrote the package: convert the checkpoint again",
    );
  }
  const path = join(source, place.location);
  await using file = await open(path);
  for (let done = 0; done < place.length; ) {
    signal?.throwIfAborted();
    const buffer = new Uint8Array(Math.min(COPY_BYTES, place.length - done));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, place.offset + done);
    if (bytesRead === 0) throw new PackageError(`${path}: ends within ${weight.name}; copy the package again`);
    await output.write(buffer.subarray(0, bytesRead));
    done += bytesRead;
  }
}
