/** Puts onnxruntime's CUDA provider, which npm does not carry, where onnxruntime looks for it: beside its own library. */
import { existsSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join, resolve } from "node:path";

const PROVIDER = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

/**
 * Programs that start afterwards also find the folder's other libraries, such as cuDNN.
 * @throws Error when the folder lacks the provider
 */
export async function linkCudaLibraries(folder: string): Promise<void> {
  const main = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
  const own = join(dirname(main), "bin/napi-v6", process.platform, process.arch);
  for (const name of PROVIDER) {
    const file = resolve(folder, name);
    if (!existsSync(file)) {
      throw new Error(
        `ORT_CUDA_LIBRARIES=${folder}: has no ${name}; it is in NuGet's Microsoft.ML.OnnxRuntime.Gpu.Linux`,
      );
    }
    if (!existsSync(join(own, name))) await symlink(file, join(own, name));
  }
  process.env.LD_LIBRARY_PATH = [resolve(folder), process.env.LD_LIBRARY_PATH ?? []].flat().join(delimiter);
}
