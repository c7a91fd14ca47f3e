/** The weights of a rank's experts, read from a package in the form in which a device gets them: experts one after the other. */
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "../errors.ts";
import { type ExpertShape, rowBytes } from "../model/expert-kernels.ts";
import { downMatrix, gateUpMatrix } from "../model/layers.ts";
import { type Manifest, shardPlan } from "../model/manifest.ts";
import { externalDataOf } from "../model/onnx-graph.ts";
import { expertGraph } from "../model/package-plan.ts";

/** Bytes in memory at a time. */
const SLAB_BYTES = 1 << 24;

export type ExpertBuffer = "gateUp" | "gateUpScales" | "down" | "downScales";

export interface ExpertWeights {
  /** Ids of the rank's experts in each layer that has experts, ascending. */
  readonly layers: readonly (readonly number[])[];
  /** Opens the files of a layer, counted from the first with experts. @throws PackageError when one is missing */
  open(layer: number): Promise<LayerWeights>;
}

export interface LayerWeights extends AsyncDisposable {
  /** The bytes of experts `first` and on, in order. @throws PackageError when the package lacks them */
  read(buffer: ExpertBuffer, first: number, experts: number): AsyncIterable<Uint8Array>;
}

/** Bytes of one expert in each buffer. */
export function expertBytes({ hiddenSize, innerSize, quantization }: ExpertShape): Record<ExpertBuffer, number> {
  const [up, down] = [rowBytes(hiddenSize, quantization), rowBytes(innerSize, quantization)];
  return {
    gateUp: 2 * innerSize * up.values,
    gateUpScales: 2 * innerSize * up.scales,
    down: hiddenSize * down.values,
    downScales: hiddenSize * down.scales,
  };
}

/** Numbers of the kernels that run a rank's experts. */
export function expertShape(manifest: Manifest, rank: number): ExpertShape {
  const { config, quantization } = manifest;
  const held = shardPlan(manifest).map((layer) => layer[rank]?.length ?? 0);
  const { hiddenSize, moeIntermediateSize: innerSize, topK } = config;
  return { hiddenSize, innerSize, topK, maxExperts: Math.max(1, ...held), quantization };
}

export function expertWeights(folder: string, manifest: Manifest, rank: number): ExpertWeights {
  const shape = expertShape(manifest, rank);
  const layers = shardPlan(manifest).map((layer) => layer[rank] ?? []);
  return {
    layers,
    async open(index) {
      const layer = index + manifest.config.denseLayers;
      const path = join(folder, expertGraph(layer, rank));
      const missing = (cause: Error) =>
        new PackageError(`${path}: ${cause.message}; copy the package again`, { cause });
      const places = externalDataOf(await readFile(`${path}.onnx`).catch((cause) => Promise.reject(missing(cause))));
      const file = await open(`${path}.bin`).catch((cause) => Promise.reject(missing(cause)));
      return {
        async *read(buffer, first, experts) {
          const sizeBytes = expertBytes(shape)[buffer];
          for (const expert of (layers[index] as readonly number[]).slice(first, first + experts)) {
            if (sizeBytes === 0) return;
            const name = tensorName(`model.layers.${layer}.mlp.experts.${expert}`, buffer, shape);
            const place = places.get(name);
            if (place?.length !== sizeBytes) {
              const found = place?.length ?? "no";
              throw new PackageError(
                `${path}: has ${found} bytes of ${name}, needs ${sizeBytes}; convert the checkpoint again`,
              );
            }
            for (let done = 0; done < sizeBytes; done += SLAB_BYTES) {
              yield await readAll(file, place.offset + done, Math.min(SLAB_BYTES, sizeBytes - done), `${path}.bin`);
            }
          }
        },
        [Symbol.asyncDispose]: () => file.close(),
      };
    },
  };
}

async function readAll(file: FileHandle, offset: number, length: number, path: string): Promise<Uint8Array> {
  const slab = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(slab, done, length - done, offset + done);
    if (bytesRead === 0)
      throw new PackageError(`${path}: ends before ${offset + length} bytes; copy the package again`);
    done += bytesRead;
  }
  return slab;
}

/** The initializer's name in a package for a CPU. */
function tensorName(
  expert: string,
  buffer: ExpertBuffer,
  { hiddenSize, innerSize, quantization }: ExpertShape,
): string {
  const isDown = buffer.startsWith("down");
  const { name } = (isDown ? downMatrix : gateUpMatrix)(expert, innerSize, hiddenSize);
  if (quantization === "none") return name;
  return `${name}.${buffer.endsWith("Scales") ? "scales" : "values"}`;
}
