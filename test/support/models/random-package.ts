/**
 * Writes packages of any shape with random weights, directly in the form that a package stores. There is no checkpoint and nothing
 * is quantized, so a disk is filled as fast as it writes.
 */
import { createCipheriv, createHash } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ModelConfig, parameterCounts } from "../../../gpu-worker/src/model/config.ts";
import { MANIFEST_FILE, MANIFEST_VERSION, type Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { planPackage } from "../../../gpu-worker/src/model/package-plan.ts";
import type { Target } from "../../../gpu-worker/src/model/target.ts";
import {
  type CheckpointTensor,
  type GraphFile,
  type Quantization,
  type Weight,
  weightBytes,
} from "../../../gpu-worker/src/model/weights.ts";
import { createFillRandom, distributionOf } from "../../../tools/convert/random-weights.ts";
import { ALIGNMENT_BYTES, weightFile, weightPlaces } from "../../../tools/convert/weight-file.ts";

/** Quantized bytes, and real values of a distribution, that all matrices are cut from, at places of their own. */
const SLAB_BYTES = 1 << 25;
const SLAB_ELEMENTS = 1 << 22;

/** Block length of every released model. */
const BLOCK_LENGTH = 32;

export interface RandomPackageForm {
  readonly config: ModelConfig;
  readonly target: Target;
  readonly quantization: Quantization;
  readonly ranks: number;
}

export type PackageFiles = Manifest["files"];

/** The token that is never a candidate: the last of the vocabulary. */
const maskTokenOf = ({ vocabSize }: ModelConfig): number => vocabSize - 1;

export function planRandom({ config, ...form }: RandomPackageForm): GraphFile[] {
  return planPackage(config, { ...form, blockLength: BLOCK_LENGTH, maskToken: maskTokenOf(config) });
}

/** Writes a whole package into a folder. */
export async function writeRandomPackage(folder: string, form: RandomPackageForm): Promise<Manifest> {
  await mkdir(folder, { recursive: true });
  const graphs = planRandom(form);
  const files: PackageFiles = [];
  for (const graph of graphs) files.push(await writeWeights(folder, graph), await writeGraph(folder, graph));
  return writeManifest(folder, form, graphs, files);
}

/** The same graph always gets the same weights, and so does an expert on any number of ranks. */
export async function writeWeights(folder: string, graph: GraphFile): Promise<PackageFiles[number]> {
  const path = weightFile(graph);
  await using file = await open(join(folder, path), "w");
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten;
    sizeBytes += bytes.length;
  };
  for (const weight of graph.weights) {
    await write(new Uint8Array((ALIGNMENT_BYTES - (sizeBytes % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES));
    for (const bytes of valuesOf(weight)) await write(bytes);
  }
  return { path, sizeBytes, sha256: hash.digest("hex") };
}

export async function writeGraph(folder: string, graph: GraphFile): Promise<PackageFiles[number]> {
  const bytes = graph.build(weightPlaces(graph));
  const path = `${graph.name}.onnx`;
  await writeFile(join(folder, path), bytes);
  return { path, sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

export async function writeManifest(
  folder: string,
  { config, target, quantization, ranks }: RandomPackageForm,
  graphs: readonly GraphFile[],
  files: PackageFiles,
): Promise<Manifest> {
  const manifest: Manifest = {
    format: "palimpsest-model",
    version: MANIFEST_VERSION,
    name: "random",
    created: Math.floor(Date.now() / 1000),
    architecture: "llada2_moe",
    config,
    blockLength: BLOCK_LENGTH,
    maskToken: maskTokenOf(config),
    eosTokens: [0],
    quantization,
    target,
    ranks,
    parameters: parameterCounts(config),
    graphs: graphs.map(({ name, rank }) => ({ name, rank })),
    files,
  };
  await writeFile(join(folder, MANIFEST_FILE), JSON.stringify(manifest));
  return manifest;
}

/** By what they hold. */
const slabs = new Map<string, Uint8Array>();

function* valuesOf(weight: Weight): Generator<Uint8Array> {
  const { encoding, bits, sources, name } = weight;
  const sizeBytes = weightBytes(weight);
  const source = sources[0] as CheckpointTensor;
  switch (encoding) {
    case "quantized": {
      const slab = slabs.get(`${bits}`) ?? quantizedSlab(bits);
      slabs.set(`${bits}`, slab);
      yield* cutFrom(slab, name, sizeBytes);
      return;
    }
    case "scales":
    case "f16-scales": {
      // Quantized values are spread evenly between both ends.
      const deviationOfValues = (2 ** bits - 2) / Math.sqrt(12);
      const scale = distributionOf(source)[1] / deviationOfValues;
      const count = sizeBytes / (encoding === "scales" ? 4 : 2);
      const scales = encoding === "scales" ? new Float32Array(count) : new Float16Array(count);
      yield new Uint8Array(scales.fill(scale).buffer);
      return;
    }
    case "f32":
    case "f16": {
      const key = `${encoding} ${distributionOf(source)}`;
      const slab = slabs.get(key) ?? realSlab(encoding, source);
      slabs.set(key, slab);
      yield* cutFrom(slab, name, sizeBytes);
    }
  }
}

/** A part of a slab that the name chooses, which goes on at the slab's beginning. */
function* cutFrom(slab: Uint8Array, name: string, sizeBytes: number): Generator<Uint8Array> {
  let at = (4 * numberOf(name)) % slab.length;
  for (let left = sizeBytes; left > 0; ) {
    const part = slab.subarray(at, at + Math.min(left, slab.length - at));
    yield part;
    left -= part.length;
    at = 0;
  }
}

function realSlab(encoding: "f32" | "f16", source: CheckpointTensor): Uint8Array {
  const values = new Float32Array(SLAB_ELEMENTS);
  createFillRandom(1)(values, source);
  return new Uint8Array(encoding === "f32" ? values.buffer : Float16Array.from(values).buffer);
}

/** Random values without the least, so that those of a matrix are as often above the zero point as below it. */
function quantizedSlab(bits: number): Uint8Array {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, bits), Buffer.alloc(16));
  const slab = new Uint8Array(cipher.update(Buffer.alloc(SLAB_BYTES)));
  for (let i = 0; i < slab.length; i++) {
    const byte = slab[i] as number;
    if (bits === 4) slab[i] = (byte & 0x0f || 8) | (byte & 0xf0 || 0x80);
    else slab[i] = byte || 0x80;
  }
  return slab;
}

/** A number below 2^31 that depends on a name alone. */
function numberOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32LE() >>> 1;
}
