/** What is there: adapters, drivers and limits by the package `webgpu`, and what onnxruntime says of its own device. */
import { env } from "onnxruntime-node";
import { listAdapters, probeDevice } from "../../../gpu-worker/src/runtime/adapters.ts";
import { INSTALL_DAWN } from "../../../gpu-worker/src/runtime/dawn.ts";

export async function adaptersSection(): Promise<void> {
  const adapters = await listAdapters();
  if (adapters === undefined) console.log(`adapters are not named: ${INSTALL_DAWN}`);
  if (adapters?.length === 0) console.log("Vulkan reaches no adapter: install libvulkan1 and the GPU's driver");
  for (const { name, driver, limits, features } of adapters ?? []) {
    console.log(`${name}; ${driver}`);
    const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage: buffers } = limits;
    console.log(`buffers ${maxBufferSize}, bindings ${maxStorageBufferBindingSize}, ${buffers} of them in a kernel`);
    console.log(features.join(" "));
  }
  const [f32, f16] = [await probeDevice("f32"), await probeDevice("f16")];
  console.log(`onnxruntime ${env.versions.node} on WebGPU: f32 ${f32 ?? "runs"}; f16 ${f16 ?? "runs"}`);
}
