/**
 * Writes the external data of a graph: its initializers' bytes, made from checkpoint tensors, in the graph's order. In memory
 * are a slab of values with its quantized form, and the scales of a matrix.
 */
import { PackageError } from "@palimpsest/gpu-worker/errors";
import type { CheckpointTensor, ExternalData, GraphFile, Weight } from "@palimpsest/gpu-worker/model/weights";
import { weightBytes } from "@palimpsest/gpu-worker/model/weights";
import type { Checkpoint } from "./checkpoint.ts";
import type { OutputFile } from "./output-file.ts";
import { quantizeRows } from "./quantize.ts";
import { elementCount } from "./safetensors.ts";

/** Alignment of initializers: memory is mapped in pages of this many bytes. */
export const ALIGNMENT_BYTES = 4096;

/** Values converted at a time: 16 MB of f32, enough for efficient reads and small next to any model. */
const SLAB_ELEMENTS = 1 << 22;

/** Bytes that `writeWeights` will write. */
export function weightFileBytes(weights: readonly Weight[]): number {
  return weights.reduce((size, weight) => aligned(size) + weightBytes(weight), 0);
}

/** The file with a graph's weights, as the graph names it. */
export function weightFile({ name }: GraphFile): string {
  return `${name}.bin`;
}

/** Location of each weight of a graph in its file, by name. */
export function weightPlaces(graph: GraphFile): Map<string, ExternalData> {
  const places = new Map<string, ExternalData>();
  let end = 0;
  for (const weight of graph.weights) {
    const [offset, length] = [aligned(end), weightBytes(weight)];
    places.set(weight.name, { location: weightFile(graph), offset, length });
    end = offset + length;
  }
  return places;
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}

/**
 * Writes the weights one by one, each at its place, and yields after each.
 * @throws PackageError from the checkpoint or the disk; the signal's reason
 */
export async function* writeWeights(
  weights: readonly Weight[],
  checkpoint: Checkpoint,
  output: OutputFile,
  signal?: AbortSignal,
): AsyncGenerator<void, void, void> {
  // Reading a matrix gives quantized values and scales; the scales are kept for the next weight, which they are.
  let scales: { of: readonly CheckpointTensor[]; parts: Float32Array<ArrayBuffer>[] } | undefined;
  for (const weight of weights) {
    await output.align(ALIGNMENT_BYTES);
    const offset = output.position;
    switch (weight.encoding) {
      case "f32":
        for await (const slab of slabs(checkpoint, weight, rowLength(weight), signal)) {
          await output.write(bytesOf(slab));
        }
        break;
      case "f16":
        for await (const slab of slabs(checkpoint, weight, rowLength(weight), signal)) {
          await output.write(halfBytes(slab, weight.name));
        }
        break;
      case "quantized": {
        scales = { of: weight.sources, parts: [] };
        const columns = weight.sources[0]!.dims.at(-1)!;
        for await (const slab of slabs(checkpoint, weight, columns, signal)) {
          const quantized = quantizeRows(slab, columns, weight.bits === 4 ? 4 : 8);
          await output.write(quantized.values);
          scales.parts.push(quantized.scales);
        }
        break;
      }
      case "scales":
      case "f16-scales":
        if (scales?.of !== weight.sources) throw new Error(`${weight.name} must follow its values`);
        for (const part of scales.parts) {
          await output.write(weight.encoding === "scales" ? bytesOf(part) : halfBytes(part, weight.name));
        }
        break;
    }
    const length = output.position - offset;
    if (length !== weightBytes(weight)) {
      throw new Error(
        `${weight.name}: dims [${weight.dims}] take ${weightBytes(weight)} bytes, its sources give ${length}`,
      );
    }
    yield;
  }
}

/** Values that must not be torn apart: a row of an interleaved matrix, else nothing. */
function rowLength({ sources, interleaved }: Weight): number {
  return interleaved ? sources[0]!.dims.at(-1)! : 1;
}

/** Yields the tensors' values in order, whole rows of `columns` at a time. */
async function* slabs(
  checkpoint: Checkpoint,
  { sources, interleaved }: Weight,
  columns: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const rows = Math.max(1, Math.floor(SLAB_ELEMENTS / columns));
  if (interleaved) {
    for (let i = 0; i < sources.length; i += interleaved) {
      const group = sources.slice(i, i + interleaved);
      yield* interleave(checkpoint, group, { columns, rows: Math.ceil(rows / interleaved) }, signal);
    }
    return;
  }
  for (const source of sources) {
    const elements = elementCount(source.dims);
    for (let first = 0; first < elements; first += rows * columns) {
      signal?.throwIfAborted();
      const slab = new Float32Array(Math.min(rows * columns, elements - first));
      await checkpoint.read(checkpoint.tensors.get(source.name)!, first, slab);
      yield slab;
    }
  }
}

/** Yields tensors of the same shape with alternating rows, up to `rows` of each at a time. */
async function* interleave(
  checkpoint: Checkpoint,
  group: readonly CheckpointTensor[],
  { columns, rows }: { columns: number; rows: number },
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array<ArrayBuffer>> {
  const elements = elementCount(group[0]!.dims);
  for (let first = 0; first < elements; first += rows * columns) {
    signal?.throwIfAborted();
    const part = new Float32Array(Math.min(rows * columns, elements - first));
    const slab = new Float32Array(group.length * part.length);
    for (const [which, source] of group.entries()) {
      await checkpoint.read(checkpoint.tensors.get(source.name)!, first, part);
      for (let at = 0; at < part.length; at += columns) {
        slab.set(part.subarray(at, at + columns), group.length * at + which * columns);
      }
    }
    yield slab;
  }
}

/** Rounds to the nearest f16. @throws PackageError when a value is out of range */
function halfBytes(values: Float32Array, name: string): Uint8Array {
  const halves = Float16Array.from(values);
  const at = halves.findIndex((half) => !Number.isFinite(half));
  if (at >= 0) {
    throw new PackageError(`${name}: ${values[at]} exceeds the largest f16, 65504; convert with --target cpu`);
  }
  return new Uint8Array(halves.buffer);
}

function bytesOf(values: Float32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
