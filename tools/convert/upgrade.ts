/**
 * Rewrites the graphs of a package as this version plans them, over the weights that it has: an earlier version's package gets
 * what graphs have learned since. Weight files are neither read nor written.
 */
import { createHash } from "node:crypto";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import { MANIFEST_FILE, type Manifest, shardPlan } from "@palimpsest/gpu-worker/model/manifest";
import { externalDataOf } from "@palimpsest/gpu-worker/model/onnx-graph";
import { planPackage } from "@palimpsest/gpu-worker/model/package-plan";
import { type GraphFile, weightBytes } from "@palimpsest/gpu-worker/model/weights";
import { lockFolder } from "./folder-lock.ts";
import { syncFolder } from "./journal.ts";
import { createOutputFile } from "./output-file.ts";

export interface Upgrade {
  readonly manifest: Manifest;
  /** Graph files that were written. Empty: the package was up to date. */
  readonly written: readonly string[];
}

/**
 * The manifest is written last. After a crash before it, the package is refused for the sizes of its files until the upgrade
 * is run again. Programs that have the package open keep its old files.
 * @throws PackageError when its graphs need weights that it does not have, or a file is missing
 */
export async function upgradePackage(folder: string): Promise<Upgrade> {
  const manifest = await readManifest(folder);
  await using _lock = await lockFolder(folder);
  const files = new Map(manifest.files.map((file) => [file.path, file]));
  const written: string[] = [];
  for (const graph of plannedGraphs(folder, manifest)) {
    const path = `${graph.name}.onnx`;
    const old = await readFile(join(folder, path)).catch((cause: Error) => {
      throw new PackageError(`${join(folder, path)}: ${cause.message}; the whole package is needed`, { cause });
    });
    const bytes = graph.build(placesOf(folder, graph, old));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (!old.equals(bytes)) await replace(join(folder, path), bytes);
    else if (files.get(path)?.sha256 === sha256) continue;
    files.set(path, { path, sizeBytes: bytes.length, sha256 });
    written.push(path);
  }
  if (written.length === 0) return { manifest, written };
  await syncFolder(folder);
  const upgraded: Manifest = { ...manifest, files: manifest.files.map(({ path }) => files.get(path) as Listed) };
  await replace(join(folder, MANIFEST_FILE), new TextEncoder().encode(`${JSON.stringify(upgraded, undefined, 2)}\n`));
  await syncFolder(folder);
  return { manifest: upgraded, written };
}

type Listed = Manifest["files"][number];

/** @throws PackageError when the package consists of other graphs */
function plannedGraphs(folder: string, manifest: Manifest): readonly GraphFile[] {
  const { config, target, quantization, ranks, maskToken, editTokens, blockLength } = manifest;
  const form = { target, quantization, ranks, shards: shardPlan(manifest), blockLength };
  const graphs = planPackage(config, { ...form, maskToken, editTokens });
  const [planned, listed] = [graphs, manifest.graphs].map((all) => all.map(({ name }) => name).join(", "));
  if (planned === listed) return graphs;
  throw new PackageError(
    `${folder}: has the graphs ${listed}, this version's are ${planned}; convert the checkpoint again`,
  );
}

/** Where the old graph has the weights of the new one. @throws PackageError for one that it lacks */
function placesOf(folder: string, { name, weights }: GraphFile, old: Uint8Array) {
  const places = externalDataOf(old);
  for (const weight of weights) {
    const length = places.get(weight.name)?.length;
    if (length === weightBytes(weight)) continue;
    throw new PackageError(
      `${folder}: ${name}.bin has ${length ?? "no"} bytes of ${weight.name}, this version's graph needs ` +
        `${weightBytes(weight)}; convert the checkpoint again`,
    );
  }
  return places;
}

/** Writes a file beside its place and renames it. */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.partial`;
  try {
    await using output = await createOutputFile(partial);
    await output.write(bytes);
    await output.finish();
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
