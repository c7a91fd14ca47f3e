/** The memory of the K/V cache: per layer a tensor of keys and a tensor of values, divided into pages of a block each. */
import { Tensor } from "onnxruntime-node";
import type { PageId } from "../memory/page-allocator.ts";
import { layerKeys, layerValues } from "../model/forward-plan.ts";
import type { Manifest } from "../model/manifest.ts";
import { kvTokenBytes } from "../model/package-plan.ts";
import { featuresOf } from "../model/target.ts";
import { asBits } from "./half-tensor.ts";
import type { ForwardOutput } from "./model-forward.ts";

/** Bytes of a block's keys and values in all layers. */
export function pageBytes({ config, blockLength, target }: Manifest): number {
  return kvTokenBytes(config, target) * blockLength;
}

/** Storage of keys and values by element type. */
const STORAGE = { f32: Float32Array, f16: Uint16Array } as const;

export class KvTensors {
  /** Per layer [pages * kvHeads, blockLength, headDim]. The system provides the memory when a page is first written. */
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
  readonly #pageElements: number;

  constructor({ config, blockLength, target }: Manifest, pages: number) {
    const { layers, kvHeads, headDim } = config;
    const { real } = featuresOf(target);
    this.#pageElements = kvHeads * blockLength * headDim;
    const pool = (): Tensor => {
      const dims = [pages * kvHeads, blockLength, headDim];
      const data = new STORAGE[real](pages * this.#pageElements);
      return asBits(new Tensor(real === "f32" ? "float32" : "float16", data, dims));
    };
    this.keys = Array.from({ length: layers }, pool);
    this.values = Array.from({ length: layers }, pool);
  }

  /**
   * Copies a block of a forward into a page: one memory copy per layer for keys, one for values.
   * @param made keys and values of each layer by name, [blocks, kvHeads, blockLength, headDim]
   */
  write(page: PageId, made: ForwardOutput["tensors"], block: number): void {
    const size = this.#pageElements;
    const copy = (from: Tensor, to: Tensor): void => {
      const source = (from.data as Float32Array).subarray(block * size, (block + 1) * size);
      (to.data as Float32Array).set(source, page * size);
    };
    for (const [layer, keys] of this.keys.entries()) {
      copy(made[layerKeys(layer)] as Tensor, keys);
      copy(made[layerValues(layer)] as Tensor, this.values[layer] as Tensor);
    }
  }
}
