/**
 * The GPUs of this machine. onnxruntime-node says nothing about the device it takes, so their names, limits and features come
 * from the npm package `webgpu`, another build of the same Dawn. It is large and installed apart: gpu-worker/dawn.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { OnnxGraph } from "../model/onnx-graph.ts";
import { adapterNames, type Dawn, loadDawn, requestAdapter } from "./dawn.ts";
import { asBits } from "./half-tensor.ts";

export interface Adapter {
  readonly name: string;
  readonly driver: string;
  readonly features: readonly string[];
  readonly limits: {
    readonly maxBufferSize: number;
    readonly maxStorageBufferBindingSize: number;
    readonly maxStorageBuffersPerShaderStage: number;
  };
}

/** In Dawn's order; equal GPUs have equal names. Undefined if the package `webgpu` is not installed. */
export async function listAdapters(): Promise<readonly Adapter[] | undefined> {
  const dawn = await loadDawn();
  if (dawn === undefined) return undefined;
  const names = await adapterNames(dawn);
  const found = await Promise.all(names.map((name) => adapterOf(dawn, name)));
  return found.filter((adapter) => adapter !== undefined);
}

/** Runs a graph of one node on the device that onnxruntime takes. @returns why it cannot, or undefined */
export async function probeDevice(real: "f32" | "f16"): Promise<string | undefined> {
  const g = new OnnxGraph("probe", "webgpu");
  const x = g.input("x", real, [2]);
  g.output("sum", g.node("Add", [x, x]), real, [2]);
  try {
    const session = await InferenceSession.create(g.serialize(), {
      executionProviders: ["webgpu"],
      logSeverityLevel: 4,
    });
    const ones = real === "f32" ? new Tensor("float32", [1, 1], [2]) : asBits(new Tensor("float16", [1, 1], [2]));
    await session.run({ x: ones });
    return undefined;
  } catch (cause) {
    return onnxruntimeReason(cause as Error);
  }
}

/** The sentence of an onnxruntime error, without the place in its sources. */
export function onnxruntimeReason({ message }: Error): string {
  return (message.split("was false. ").at(-1) as string).trim();
}

async function adapterOf(dawn: Dawn, name: string): Promise<Adapter | undefined> {
  const adapter = await requestAdapter(dawn, name);
  if (adapter === null) return undefined;
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  return {
    name,
    driver: adapter.info.description,
    features: [...adapter.features].sort(),
    limits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage },
  };
}
