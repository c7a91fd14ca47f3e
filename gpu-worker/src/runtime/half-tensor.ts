/**
 * f16 tensors as onnxruntime-node takes them: 16-bit integers. Where the language has Float16Array, its Tensor class insists
 * on it, and its native part refuses it.
 */
import type { Tensor } from "onnxruntime-node";

/** Makes a tensor's data readable as bits if it is f16; others stay as they are. */
export function asBits(tensor: Tensor): Tensor {
  if (tensor.type !== "float16") return tensor;
  const { buffer, byteOffset, length } = tensor.data as Uint16Array;
  return Object.defineProperty(tensor, "data", { value: new Uint16Array(buffer, byteOffset, length) });
}
