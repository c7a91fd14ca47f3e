/** RoPE's cosines and sines, made on the host: WGSL promises little about their precision. */
import { Tensor } from "onnxruntime-node";
import type { ModelConfig } from "../model/config.ts";

/** Of one block, [S * rotary / 2] each. */
interface BlockTables {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

export class RopeTables {
  readonly #frequencies: readonly number[];
  readonly #blockLength: number;
  /** By place in a sequence; at most one for each block of the longest context. */
  readonly #blocks = new Map<number, BlockTables>();

  constructor({ rotaryDim, ropeTheta }: ModelConfig, blockLength: number) {
    this.#blockLength = blockLength;
    // In f32, as the graphs of other targets have them.
    this.#frequencies = Array.from({ length: rotaryDim / 2 }, (_, j) =>
      Math.fround(ropeTheta ** ((-2 * j) / rotaryDim)),
    );
  }

  /** `cos` and `sin` [B, S, rotary / 2] of blocks at these places. */
  at(places: readonly number[]): { cos: Tensor; sin: Tensor } {
    const half = this.#frequencies.length;
    const size = this.#blockLength * half;
    const [cos, sin] = [new Float32Array(places.length * size), new Float32Array(places.length * size)];
    places.forEach((place, b) => {
      const tables = this.#block(place);
      cos.set(tables.cos, b * size);
      sin.set(tables.sin, b * size);
    });
    const dims = [places.length, this.#blockLength, half];
    return { cos: new Tensor("float32", cos, dims), sin: new Tensor("float32", sin, dims) };
  }

  #block(place: number): BlockTables {
    const known = this.#blocks.get(place);
    if (known !== undefined) return known;
    const angles = Array.from({ length: this.#blockLength }, (_, cell) => {
      const position = place * this.#blockLength + cell;
      return this.#frequencies.map((frequency) => Math.fround(position * frequency));
    }).flat();
    const made = { cos: Float32Array.from(angles, Math.cos), sin: Float32Array.from(angles, Math.sin) };
    this.#blocks.set(place, made);
    return made;
  }
}
