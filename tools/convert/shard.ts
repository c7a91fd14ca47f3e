/**
 * Splits a package's experts over other ranks, or writes it for another target: the same weights, bit for bit, in other files
 * and orders. It quantizes nothing, so it needs no checkpoint.
 */
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { checkSpace } from "@palimpsest/gpu-worker/files/disk-space";
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import type { ModelConfig } from "@palimpsest/gpu-worker/model/config";
import { MANIFEST_FILE, type Manifest } from "@palimpsest/gpu-worker/model/manifest";
import { planPackage } from "@palimpsest/gpu-worker/model/package-plan";
import { evenPlan, type ShardPlan } from "@palimpsest/gpu-worker/model/shard-plan";
import type { Target } from "@palimpsest/gpu-worker/model/target";
import { targetFaults } from "@palimpsest/gpu-worker/model/target-faults";
import { createOutputFile } from "./output-file.ts";
import { createPackageFolder } from "./package-folder.ts";
import { openPackageWeights } from "./package-weights.ts";
import { ALIGNMENT_BYTES, weightFile, weightFileBytes, weightPlaces } from "./weight-file.ts";

export interface ShardOptions {
  /** Folder of the package. */
  readonly source: string;
  /** Folder to write. */
  readonly target: string;
  /** As the package by default, or 1 for another provider. */
  readonly ranks?: number | undefined;
  /** The onnxruntime provider that will run the new package; as the package by default. */
  readonly provider?: Target | undefined;
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
  const { source, target } = options;
  const old = await readManifest(source);
  const { config, quantization, maskToken, editTokens, blockLength } = old;
  const { provider = old.target, ranks = provider === old.target ? old.ranks : 1 } = options;
  if (ranks > config.experts) throw new PackageError(`${ranks} ranks for ${config.experts} experts; give fewer`);
  const faults = targetFaults(config, { target: provider, quantization, ranks });
  if (faults.length > 0) throw new PackageError(`${source}: ${faults.join("; ")}`);
  const plan = options.plan?.(config);
  const shards = plan ?? evenPlan(config, ranks);
  const form = { target: provider, quantization, ranks, shards, blockLength };
  const graphs = planPackage(config, { ...form, maskToken, editTokens });
  const weights = await openPackageWeights(source, old);
  weights.check(graphs.flatMap((graph) => graph.weights));
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
      for await (const bytes of weights.read(weight, signal)) await output.write(bytes);
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
    target: provider,
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
