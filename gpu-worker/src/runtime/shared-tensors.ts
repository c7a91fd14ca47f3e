/** Whether onnxruntime-node reads and writes tensors over shared memory, which depends on the Node version. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { OnnxGraph } from "../model/onnx-graph.ts";
import type { RealType } from "../model/target.ts";
import type { Rows } from "../parallel/exchange.ts";
import { asBits } from "./half-tensor.ts";

/** Runs a graph of one node over a growable memory, with its output in the middle of it. */
export async function takesSharedTensors(real: RealType): Promise<boolean> {
  const graph = new OnnxGraph("shared-tensors");
  const x = graph.input("x", real, ["T", 2]);
  graph.output("y", graph.node("Concat", [x, x], { attributes: { axis: 0 } }), real, ["U", 2]);
  const session = await InferenceSession.create(graph.serialize(new Map()), { logSeverityLevel: 3 });
  const memory = new SharedArrayBuffer(64, { maxByteLength: 128 });
  const all: Rows = real === "f32" ? new Float32Array(memory, 0, 10) : new Uint16Array(memory, 0, 10);
  const tensor = (data: Rows): Tensor =>
    asBits(new Tensor(real === "f32" ? "float32" : "float16", data, [data.length / 2, 2]));
  all.set([1, 2]);
  try {
    await session.run({ x: tensor(all.subarray(0, 2)) }, { y: tensor(all.subarray(4, 8)) });
  } catch {
    return false;
  } finally {
    await session.release();
  }
  return all.join() === "1,2,0,0,1,2,1,2,0,0";
}
