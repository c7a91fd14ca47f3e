/**
 * The npm package `webgpu`: Dawn, with adapters by name and kernels of our own. onnxruntime-node has a Dawn of its own, and the
 * two know nothing of each other. The package is large and installed apart: gpu-worker/dawn.
 */
import { createRequire } from "node:module";
import { PackageError } from "../errors.ts";

/** The command that installs the package. */
export const INSTALL_DAWN = "npm ci --prefix gpu-worker/dawn";

/** What the package exports. */
export interface Dawn {
  create(options: readonly string[]): GPU;
}

/** A device that is ours alone. */
export interface DawnDevice extends Disposable {
  readonly device: GPUDevice;
  /** The adapter's name. */
  readonly name: string;
}

/** Equal GPUs have equal names, and there is no other way to choose one: see docs/gpu.md. */
const PREFERENCE = { powerPreference: "high-performance" } as const;

/** Undefined if the package is not installed. */
export async function loadDawn(): Promise<Dawn | undefined> {
  const require = createRequire(new URL("../../dawn/package.json", import.meta.url));
  try {
    return (await import(require.resolve("webgpu"))) as Dawn;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

/** The names of all Vulkan adapters, which Dawn lists in the error for a name that none has. */
export async function adapterNames(dawn: Dawn): Promise<string[]> {
  try {
    await dawn.create(adapterOptions("no such adapter")).requestAdapter(PREFERENCE);
    return [];
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return [...text.matchAll(/backend: 'vulkan', name: '(.*)'/g)].map(([, name]) => name as string);
  }
}

/** @param name a part of the adapter's name; the first adapter if absent */
export async function requestAdapter(dawn: Dawn, name?: string): Promise<GPUAdapter | null> {
  const gpu = dawn.create(adapterOptions(name));
  const adapter = await gpu.requestAdapter(PREFERENCE);
  // Whatever came out of a GPU object crashes the process once that object is collected.
  return adapter && Object.assign(adapter, { gpu });
}

function adapterOptions(name: string | undefined): string[] {
  return [...(name === undefined ? [] : [`adapter=${name}`]), "backend=vulkan"];
}

/**
 * Opens a device with the largest buffers that its adapter has.
 * @param name a part of the adapter's name; the first adapter if absent
 * @throws PackageError when the package is not installed, or there is no such adapter
 */
export async function openDawnDevice(name?: string): Promise<DawnDevice> {
  const dawn = await loadDawn();
  const wanted = name === undefined ? "webgpu" : `webgpu:${name}`;
  if (dawn === undefined) {
    throw new PackageError(`expert device ${wanted}: needs the npm package webgpu; install it with ${INSTALL_DAWN}`);
  }
  const adapter = await requestAdapter(dawn, name).catch(() => null);
  if (adapter === null) {
    const names = await adapterNames(dawn);
    throw new PackageError(
      names.length === 0
        ? `expert device ${wanted}: there is no GPU that Vulkan reaches; install libvulkan1 and the GPU's driver, and give a ` +
            "container the graphics capability"
        : `expert device ${wanted}: no GPU has this name; there are ${names.join(", ")}`,
    );
  }
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({ requiredLimits: { maxBufferSize, maxStorageBufferBindingSize } });
  return {
    device: Object.assign(device, { adapter }),
    name: adapter.info.device,
    [Symbol.dispose]: () => device.destroy(),
  };
}
