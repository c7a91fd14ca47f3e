/** Opens the experts of a rank on a device, as a link: the same rows and sums as those of runtime/expert-shard.ts. */
import { availableParallelism } from "node:os";
import { PackageError } from "../errors.ts";
import { readManifest } from "../files/read-manifest.ts";
import { expertKernelFaults } from "../model/expert-kernels.ts";
import type { Manifest } from "../model/manifest.ts";
import { featuresOf } from "../model/target.ts";
import type { RankLink } from "../parallel/exchange.ts";
import { type DawnDevice, openDawnDevice } from "./dawn.ts";
import { DeviceExperts, deviceExpertBytes } from "./device-experts.ts";
import { expertShape, expertWeights } from "./expert-weights.ts";
import { checkFiles } from "./package.ts";

/** A device that runs experts. */
export interface ExpertDevice {
  readonly kind: "webgpu";
  /** A part of the adapter's name; the first adapter if absent. */
  readonly adapter?: string;
}

/** Device memory of a rank's experts, reckoned from the manifest: all weights, and the working memory of its batches. */
export function deviceShardBytes(manifest: Manifest, rank: number): { weights: number; working: number } {
  const shape = expertShape(manifest, rank);
  const held = expertWeights("", manifest, rank).layers.reduce((sum, layer) => sum + layer.length, 0);
  return deviceExpertBytes(shape, held);
}

/** Checks that a package's experts can be on a device. @throws PackageError */
export function requireExpertDevice(folder: string, manifest: Manifest): void {
  if (!["products", "apart"].includes(featuresOf(manifest.target).experts)) {
    throw new PackageError(
      `${folder}: is a package for ${manifest.target}, and experts on a device need one for cpu, whose attention and head run on ` +
        "the CPU, or for webgpu-split, where they run on a GPU, too; make one with " +
        `palimpsest shard ${folder} ${folder}-cpu --target cpu, or leave out the expert device`,
    );
  }
  if (manifest.config.layers === manifest.config.denseLayers) {
    throw new PackageError(`${folder}: has no experts; leave out the expert device`);
  }
  const faults = expertKernelFaults(expertShape(manifest, 0));
  if (faults.length > 0) throw new PackageError(`${folder}: ${faults.join("; ")}`);
}

export interface DeviceShard extends RankLink {
  /** The device, for tests of its loss. */
  readonly opened: DawnDevice;
}

/** @throws PackageError when the package or the device cannot be used */
export async function openDeviceShard(folder: string, rank: number, device: ExpertDevice): Promise<DeviceShard> {
  const manifest = await readManifest(folder);
  requireExpertDevice(folder, manifest);
  await checkFiles(
    folder,
    manifest,
    manifest.graphs.filter((graph) => graph.rank === rank && graph.name.startsWith("experts-")),
  );
  const opened = await openDawnDevice(device.adapter);
  const { config, ranks } = manifest;
  const options = { shape: expertShape(manifest, rank), naps: ranks > availableParallelism() };
  const experts = await DeviceExperts.open(opened, expertWeights(folder, manifest, rank), options).catch(
    (cause: Error) => {
      if (cause instanceof PackageError) throw cause;
      const { weights, working } = deviceShardBytes(manifest, rank);
      throw new PackageError(
        `${folder}: rank ${rank}'s experts need ${megabytes(weights + working)} of ${opened.name}: ${cause.message}; if its ` +
          "memory is too small, split the experts over more ranks",
        { cause },
      );
    },
  );
  return {
    rank,
    opened,
    get ready() {
      return experts.failure === undefined;
    },
    lost: experts.lost,
    async run({ layer, hidden, experts: chosen, weights, into = new Float32Array(hidden.length) }) {
      const startMs = performance.now();
      const routed = { layer: layer - config.denseLayers, hidden, experts: chosen, weights };
      await experts.run({ ...routed, into: into as Float32Array });
      return { partial: into, computeMs: performance.now() - startMs };
    },
    async [Symbol.asyncDispose]() {
      experts[Symbol.dispose]();
    },
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
