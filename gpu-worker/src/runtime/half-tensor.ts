/**
 * f16 tensors in the form that onnxruntime-node runs: 16-bit integers. On a Node version with Float16Array, its Tensor class
 * demands that type, but its native part rejects it.
 */
import type { Tensor } from "onnxruntime-node";

/** Makes the data of an f16 tensor readable as bits. Other tensors stay unchanged. */
export function asBits(tensor: Tensor): Tensor {
  if (tensor.type !== "float16") return tensor;
  const { buffer, byteOffset, length } = tensor.data as Uint16Array;
  return Object.defineProperty(tensor, "data", { value: new Uint16Array(buffer, byteOffset, length) });
}
