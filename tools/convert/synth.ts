/**
 * Writes a checkpoint of any shape with random weights, in shards with an index like the released ones, to exercise programs
 * at real sizes without real weights. In memory are a slab of values and the list of tensors.
 */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { checkSpace } from "@palimpsest/gpu-worker/files/disk-space";
import { entriesOf } from "@palimpsest/gpu-worker/files/optional-file";
import { type ModelConfig, parseConfig } from "@palimpsest/gpu-worker/model/config";
import { planPackage } from "@palimpsest/gpu-worker/model/package-plan";
import type { CheckpointTensor } from "@palimpsest/gpu-worker/model/weights";
import { INDEX_FILE } from "./checkpoint.ts";
import { createOutputFile } from "./output-file.ts";
import { createFillRandom, type FillRandom } from "./random-weights.ts";
import { DTYPE_BYTES, type Dtype, elementCount } from "./safetensors.ts";

/** Size at which released checkpoints start another shard. */
export const SHARD_BYTES = 5_000_000_000;

/** Values generated at a time: 8 MB of bf16, enough for efficient writes. */
const SLAB_ELEMENTS = 1 << 22;

export interface SynthOptions {
  /** Folder of the checkpoint; must be missing or empty. */
  readonly target: string;
  /** `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly shardBytes: number;
  readonly onProgress?: ((doneBytes: number, totalBytes: number, file: string) => void) | undefined;
}

/** @returns bytes of weights written @throws PackageError or the signal's reason, leaving no files */
export async function synthesizeCheckpoint(options: SynthOptions, signal?: AbortSignal): Promise<number> {
  const target = resolve(options.target);
  if ((await entriesOf(target))?.length) throw new PackageError(`${options.target}: not empty; name another folder`);
  const shards = shardsOf(checkpointTensors(parseConfig(options.config, "config.json").model), options.shardBytes);
  const totalBytes = shards.flat().reduce((sum, tensor) => sum + sizeOf(tensor), 0);

  await using cleanup = new AsyncDisposableStack();
  const folder = `${target}.partial`;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  await checkSpace(folder, `${options.target}: the checkpoint`, totalBytes);

  const fill = createFillRandom(options.seed);
  const weightMap: Record<string, string> = {};
  let doneBytes = 0;
  for (const [i, tensors] of shards.entries()) {
    const file = `model-${digits(i + 1)}-of-${digits(shards.length)}.safetensors`;
    for (const tensor of tensors) weightMap[tensor.name] = file;
    for await (const bytes of writeShard(join(folder, file), tensors, fill, signal)) {
      doneBytes += bytes;
      options.onProgress?.(doneBytes, totalBytes, file);
    }
  }
  const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
  await writeFile(join(folder, INDEX_FILE), json({ metadata: { total_size: totalBytes }, weight_map: weightMap }));
  await writeFile(join(folder, "config.json"), json(options.config));
  await rename(folder, target);
  return totalBytes;
}

/** All tensors of a checkpoint of this architecture, in the order in which a forward needs them. */
export function checkpointTensors(model: ModelConfig): CheckpointTensor[] {
  const graphs = planPackage(model, { target: "cpu", quantization: "none", ranks: 1, maskToken: 0 });
  const sources = graphs.flatMap(({ weights }) => weights.flatMap((weight) => weight.sources));
  return [...new Map(sources.map((tensor) => [tensor.name, tensor])).values()];
}

function shardsOf(tensors: readonly CheckpointTensor[], shardBytes: number): CheckpointTensor[][] {
  const shards: CheckpointTensor[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const tensor of tensors) {
    if (size + sizeOf(tensor) > shardBytes) {
      shards.push([]);
      size = 0;
    }
    shards.at(-1)?.push(tensor);
    size += sizeOf(tensor);
  }
  return shards;
}

/** Yields the bytes of values after each write. */
async function* writeShard(
  path: string,
  tensors: readonly CheckpointTensor[],
  fill: FillRandom,
  signal: AbortSignal | undefined,
): AsyncGenerator<number, void, void> {
  await using output = await createOutputFile(path);
  await output.write(headerOf(tensors));
  for (const tensor of tensors) {
    const elements = elementCount(tensor.dims);
    for (let first = 0; first < elements; first += SLAB_ELEMENTS) {
      signal?.throwIfAborted();
      const length = Math.min(SLAB_ELEMENTS, elements - first);
      const values = dtypeOf(tensor) === "F32" ? new Float32Array(length) : new Uint16Array(length);
      fill(values, tensor);
      await output.write(new Uint8Array(values.buffer));
      yield values.byteLength;
    }
  }
  await output.finish();
}

/** The header's length, then the header, padded with spaces to align the values. */
function headerOf(tensors: readonly CheckpointTensor[]): Uint8Array {
  const entries: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const tensor of tensors) {
    const end = offset + sizeOf(tensor);
    entries[tensor.name] = { dtype: dtypeOf(tensor), shape: tensor.dims, data_offsets: [offset, end] };
    offset = end;
  }
  const json = JSON.stringify(entries);
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(8 + text.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** As released since 2.1: bf16, except for the experts' biases. */
function dtypeOf({ name }: CheckpointTensor): Dtype {
  return name.endsWith("expert_bias") ? "F32" : "BF16";
}

function sizeOf(tensor: CheckpointTensor): number {
  return elementCount(tensor.dims) * DTYPE_BYTES[dtypeOf(tensor)];
}

function digits(n: number): string {
  return String(n).padStart(5, "0");
}
