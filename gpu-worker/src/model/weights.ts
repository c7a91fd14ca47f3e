/**
 * Describes the initializers of graphs: their bytes, and the checkpoint tensors that they are made of. convert writes the bytes,
 * onnxruntime maps them.
 */

/** Storage of a matrix in a package: real values, or blockwise integers with a real scale per block. */
export type Quantization = "none" | "int8" | "int4";

/** Columns that share a scale in a quantized matrix: the fastest measured size with a small error. */
export const QUANTIZATION_BLOCK = 128;

/** A tensor of the checkpoint, with the shape that the configuration demands. */
export interface CheckpointTensor {
  readonly name: string;
  readonly dims: readonly number[];
}

/**
 * Format of an initializer's bytes.
 * - `f32`: the values, row-major.
 * - `quantized`: MatMulNBits' B input, uint8 [rows, ceil(columns / 128), 128 * bits / 8]; zero point 8 or 128, low nibble
 *   is the even column, the tail of a row padded with the zero point.
 * - `scales`: its f32 scales, [rows * ceil(columns / 128)].
 * - `f16`, `f16-scales`: the same as f32 and scales, rounded to f16.
 */
export type Encoding = "f32" | "f16" | "quantized" | "scales" | "f16-scales";

/** One initializer, made of checkpoint tensors joined along their first axis, unless they are interleaved. */
export interface Weight {
  readonly name: string;
  readonly encoding: Encoding;
  /** Bits per value; for scales, those of their matrix. */
  readonly bits: 32 | 16 | 8 | 4;
  /** Shape of the initializer in the graph. */
  readonly dims: readonly number[];
  readonly sources: readonly CheckpointTensor[];
  /**
   * Joins so many sources at a time row by row: with 2, row 2i is row i of the first, row 2i + 1 is row i of the second. With
   * all of them the sources stand side by side, joined by columns.
   */
  readonly interleaved?: number;
}

/** Location of an initializer's bytes: file name relative to the graph, offset and length in bytes. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** A graph of a package, and its initializers in the order in which they are written. */
export interface GraphFile {
  /** Path inside the package, without extension: `layer-03` has `layer-03.onnx` and `layer-03.bin`. */
  readonly name: string;
  /** The rank that loads it. */
  readonly rank: number;
  readonly weights: readonly Weight[];
  /** The serialized ONNX model. `external` has an entry per weight name. */
  build(external: ReadonlyMap<string, ExternalData>): Uint8Array;
}

/** Size of an initializer in bytes. */
export function weightBytes(weight: Weight): number {
  const elements = weight.dims.reduce((product, dim) => product * dim, 1);
  return elements * ELEMENT_BYTES[weight.encoding];
}

const ELEMENT_BYTES: Readonly<Record<Encoding, number>> = { f32: 4, f16: 2, quantized: 1, scales: 4, "f16-scales": 2 };
