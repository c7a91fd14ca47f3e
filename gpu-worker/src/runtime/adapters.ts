/**
 * The GPUs of this machine. onnxruntime-node says nothing about the device it takes, so their names, limits and features come
 * from the npm package `webgpu`, another build of the same Dawn. It is large and installed apart: gpu-worker/dawn.
 */
import { createRequire } from "node:module";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { OnnxGraph } from "../model/onnx-graph.ts";
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

/** The command that installs the package. */
export const INSTALL_DAWN = "npm ci --prefix gpu-worker/dawn";

/** The part of the package `webgpu` in use. */
interface Dawn {
  create(options: readonly string[]): {
    requestAdapter(options: { powerPreference: string }): Promise<DawnAdapter | null>;
  };
}

interface DawnAdapter {
  readonly info: { readonly device: string; readonly description: string };
  readonly features: Iterable<string>;
  readonly limits: Adapter["limits"];
}

/** In Dawn's order; equal GPUs have equal names. Undefined if the package `webgpu` is not installed. */
export async function listAdapters(): Promise<readonly Adapter[] | undefined> {
  const dawn = await openDawn();
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

async function openDawn(): Promise<Dawn | undefined> {
  const require = createRequire(new URL("../../dawn/package.json", import.meta.url));
  try {
    return (await import(require.resolve("webgpu"))) as Dawn;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** Dawn lists all adapters in the error for a name that none has. */
async function adapterNames(dawn: Dawn): Promise<string[]> {
  try {
    await dawn.create(["adapter=no such adapter"]).requestAdapter({ powerPreference: "high-performance" });
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return [...text.matchAll(/backend: 'vulkan', name: '(.*)'/g)].map(([, name]) => name as string);
  }
}

async function adapterOf(dawn: Dawn, name: string): Promise<Adapter | undefined> {
  const options = { powerPreference: "high-performance" };
  const adapter = await dawn.create([`adapter=${name}`, "backend=vulkan"]).requestAdapter(options);
  if (adapter === null) return undefined;
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits;
  return {
    name,
    driver: adapter.info.description,
    features: [...adapter.features].sort(),
    limits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage },
  };
}
