/** The K/V cache's memory: per layer one tensor of keys and one of values, cut into pages of one block. */
import { Tensor } from "onnxruntime-node";
import type { PageId } from "../engine/kv-cache.ts";
import type { ModelConfig } from "../model/config.ts";

/** Bytes of K/V that one block takes in all layers. */
export function pageBytes(config: ModelConfig, blockLength: number): number {
  return config.layers * 2 * config.kvHeads * blockLength * config.headDim * Float32Array.BYTES_PER_ELEMENT;
}

/** Keys or values that a forward made in one layer: [1, kvHeads, positions, headDim]. */
type Made = Tensor;

export class KvTensors {
  /** Per layer [pages * kvHeads, blockLength, headDim]; the memory is used when a page is first written. */
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
  readonly #config: ModelConfig;
  readonly #blockLength: number;

  constructor(config: ModelConfig, blockLength: number, pages: number) {
    const pool = (): Tensor => {
      const dims = [pages * config.kvHeads, blockLength, config.headDim];
      return new Tensor("float32", new Float32Array(dims.reduce((a, b) => a * b)), dims);
    };
    this.#config = config;
    this.#blockLength = blockLength;
    this.keys = Array.from({ length: config.layers }, pool);
    this.values = Array.from({ length: config.layers }, pool);
  }

  /** Rows of the pools that hold `pages`, per head: i64 [1, kvHeads, pages]. */
  rows(pages: readonly PageId[]): Tensor {
    const { kvHeads } = this.#config;
    const rows = new BigInt64Array(kvHeads * pages.length);
    for (let head = 0; head < kvHeads; head++) {
      pages.forEach((page, i) => {
        rows[head * pages.length + i] = BigInt(page * kvHeads + head);
      });
    }
    return new Tensor("int64", rows, [1, kvHeads, pages.length]);
  }

  /** Copies what a forward made for its consecutive blocks into `pages`, one memory copy per layer, head and block. */
  write(pages: readonly PageId[], made: { keys: readonly Made[]; values: readonly Made[] }): void {
    for (let layer = 0; layer < this.#config.layers; layer++) {
      this.#copy(pages, made.keys[layer] as Made, this.keys[layer] as Tensor);
      this.#copy(pages, made.values[layer] as Made, this.values[layer] as Tensor);
    }
  }

  #copy(pages: readonly PageId[], from: Tensor, to: Tensor): void {
    const { kvHeads, headDim } = this.#config;
    const size = this.#blockLength * headDim;
    const source = from.data as Float32Array;
    const target = to.data as Float32Array;
    for (let head = 0; head < kvHeads; head++) {
      pages.forEach((page, i) => {
        const start = (head * pages.length + i) * size;
        target.set(source.subarray(start, start + size), (page * kvHeads + head) * size);
      });
    }
  }
}
