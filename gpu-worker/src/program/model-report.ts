/** A line for the log about an opened package: its target, its memory, and the device it is on. */
import type { Engine } from "../engine/engine.ts";
import { readManifest } from "../files/read-manifest.ts";
import { graphsOf } from "../model/manifest.ts";
import { LEADER } from "../model/package-plan.ts";
import { featuresOf, type Target } from "../model/target.ts";
import { INSTALL_DAWN, listAdapters } from "../runtime/adapters.ts";
import { deviceWorkingBytes } from "../runtime/device-forward.ts";
import { pageBytes } from "../runtime/kv-tensors.ts";

export interface ModelReport {
  readonly target: Target;
  readonly weights_mb: number;
  /** The K/V cache when it is full. */
  readonly kv_cache_mb: number;
  /** Memory that a forward on a device needs for a while, at most. */
  readonly working_mb?: number;
  readonly adapter?: string;
}

export async function reportModel(folder: string, engine: Pick<Engine, "stats">): Promise<ModelReport> {
  const manifest = await readManifest(folder);
  const { pagesTotal } = await engine.stats();
  const own = new Set(graphsOf(manifest, LEADER).map(({ name }) => `${name}.bin`));
  const weightBytes = manifest.files.reduce((sum, { path, sizeBytes }) => sum + (own.has(path) ? sizeBytes : 0), 0);
  const memory = { weights_mb: megabytes(weightBytes), kv_cache_mb: megabytes(pagesTotal * pageBytes(manifest)) };
  if (featuresOf(manifest.target).graphs === "layers") return { target: manifest.target, ...memory };
  const adapters = await listAdapters();
  return {
    target: manifest.target,
    ...memory,
    working_mb: megabytes(deviceWorkingBytes(manifest, pagesTotal)),
    adapter: adapters === undefined ? `not named: ${INSTALL_DAWN}` : (adapters[0]?.name ?? "not named by Vulkan"),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
