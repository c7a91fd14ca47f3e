/** A line for the log about an opened package: its target, its memory, and the device it is on. */
import type { Engine } from "../engine/engine.ts";
import { readManifest } from "../files/read-manifest.ts";
import { graphsOf } from "../model/manifest.ts";
import { isExpertGraph, LEADER } from "../model/package-plan.ts";
import { featuresOf, type Target } from "../model/target.ts";
import { listAdapters } from "../runtime/adapters.ts";
import { INSTALL_DAWN } from "../runtime/dawn.ts";
import { deviceWorkingBytes } from "../runtime/device-forward.ts";
import { deviceShardBytes, type ExpertDevice } from "../runtime/device-shard.ts";
import { pageBytes } from "../runtime/kv-tensors.ts";

export interface ModelReport {
  readonly target: Target;
  readonly weights_mb: number;
  /** The K/V cache when it is full. */
  readonly kv_cache_mb: number;
  /** Memory that a forward on a device needs for a while, at most. */
  readonly working_mb?: number;
  readonly adapter?: string;
  /** The devices of experts that have their own, and the memory that they take there. */
  readonly expert_devices?: readonly string[];
}

/** @param devices of the experts of each rank in this process */
export async function reportModel(
  folder: string,
  engine: Pick<Engine, "stats" | "model">,
  devices: readonly (ExpertDevice | undefined)[] = [],
): Promise<ModelReport> {
  const manifest = await readManifest(folder);
  const { pagesTotal } = await engine.stats();
  const graphs = graphsOf(manifest, LEADER).filter(({ name }) => devices[LEADER] === undefined || !isExpertGraph(name));
  const own = new Set(graphs.map(({ name }) => `${name}.bin`));
  const weightBytes = manifest.files.reduce((sum, { path, sizeBytes }) => sum + (own.has(path) ? sizeBytes : 0), 0);
  const memory = {
    weights_mb: megabytes(weightBytes),
    kv_cache_mb: megabytes(pagesTotal * pageBytes(manifest)),
    ...(manifest.tokenizer &&
      !engine.model.capabilities.includes("grammar") && {
        no_grammars: `an earlier version wrote the package; run palimpsest upgrade ${folder}`,
      }),
  };
  const isOnDevice = featuresOf(manifest.target).graphs !== "layers" || devices.some((device) => device !== undefined);
  const adapters = isOnDevice ? await listAdapters() : undefined;
  const named = ({ adapter = "" }: ExpertDevice) =>
    adapters?.find(({ name }) => name.includes(adapter))?.name ?? adapter;
  const expertDevices = devices.flatMap((device, rank) => {
    if (device === undefined) return [];
    const { weights, working } = deviceShardBytes(manifest, rank);
    return [`rank ${rank}: ${megabytes(weights + working)} MB on ${named(device)}`];
  });
  const apart = expertDevices.length > 0 && { expert_devices: expertDevices };
  if (featuresOf(manifest.target).graphs === "layers") return { target: manifest.target, ...memory, ...apart };
  return {
    target: manifest.target,
    ...memory,
    ...apart,
    working_mb: megabytes(deviceWorkingBytes(manifest, pagesTotal)),
    adapter: adapters === undefined ? `not named: ${INSTALL_DAWN}` : (adapters[0]?.name ?? "not named by Vulkan"),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
