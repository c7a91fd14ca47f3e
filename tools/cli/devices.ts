/** `palimpsest devices`: lists the GPUs that a worker could use. */
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { type Adapter, listAdapters, probeDevice } from "@palimpsest/gpu-worker/runtime/adapters";
import { INSTALL_DAWN } from "@palimpsest/gpu-worker/runtime/dawn";
import { Command } from "commander";
import { formatBytes } from "./units.ts";

export function devicesCommand(): Command {
  return new Command("devices")
    .description("list the GPUs that Vulkan reaches, and say if onnxruntime can run webgpu packages on one")
    .action(devices);
}

async function devices(): Promise<void> {
  const adapters = await listAdapters();
  if (adapters === undefined) console.error(`names, limits and features need the npm package webgpu: ${INSTALL_DAWN}`);
  for (const line of adapters?.flatMap(describe) ?? []) console.log(line);
  const fault = await probeDevice("f32");
  if (fault !== undefined) {
    throw new PackageError(
      `onnxruntime cannot run webgpu packages: ${fault}; install libvulkan1 and the GPU's driver, and give a container the ` +
        "graphics capability",
    );
  }
  const halfFault = await probeDevice("f16");
  console.log(`onnxruntime runs webgpu packages on the first; f16: ${halfFault === undefined ? "yes" : "no"}`);
}

function describe({ name, driver, limits, features }: Adapter): string[] {
  const buffers = `buffers to ${formatBytes(limits.maxBufferSize)}`;
  const bindings = `${limits.maxStorageBuffersPerShaderStage} of ${formatBytes(limits.maxStorageBufferBindingSize)} in a kernel`;
  return [`${name}, ${driver}`, `  ${buffers}, ${bindings}`, `  ${features.join(" ")}`];
}
