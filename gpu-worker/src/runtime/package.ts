/** Opens the graphs of a model package as onnxruntime sessions. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession, type Tensor } from "onnxruntime-node";
import { PackageError } from "../errors.ts";
import type { Manifest } from "../model/manifest.ts";
import { isExpertGraph } from "../model/package-plan.ts";
import { featuresOf, type TargetFeatures } from "../model/target.ts";
import { asBits } from "./half-tensor.ts";
import { findPrepared, packedBytes, packedGraphs, preparePackage } from "./prepared.ts";

/** Smaller packages are packed at each load, which takes about a second. */
const PREPARED_FROM_BYTES = 256e6;

export interface SessionOptions {
  /** Threads that share the work of an operator. More than one only helps dense layers. */
  readonly threads: number;
  /** The same for the experts' operators, which run next to those of other ranks in the same process; `threads` by default. */
  readonly expertThreads?: number | undefined;
  /** Number of the device for every graph, if the target has devices. By default a graph's device is its rank. */
  readonly device?: number;
}

/** Open graphs by name. */
export type Sessions = ReadonlyMap<string, InferenceSession>;

/**
 * Opens a package's graphs; weights are mapped, not read. Those of a large package are first prepared, unless that is done
 * (prepared.ts).
 * @param wanted the graphs to open; all by default. Files of other graphs may be missing.
 * @throws PackageError naming the file at fault
 */
export async function openSessions(
  folder: string,
  manifest: Manifest,
  options: SessionOptions,
  wanted?: Manifest["graphs"],
): Promise<Sessions> {
  const graphs = wanted ?? manifest.graphs;
  await checkFiles(folder, manifest, wanted);
  const prepared = await prepare(folder, manifest, graphs);
  const packed = new Set(prepared === undefined ? [] : packedGraphs(manifest));
  const { onDevice, provider } = featuresOf(manifest.target);
  const sessions = new Map<string, InferenceSession>();
  for (const { name, rank } of graphs) {
    const from = packed.has(name) ? (prepared as string) : folder;
    const device = onDevice ? { provider, id: options.device ?? rank } : undefined;
    const threads = isExpertGraph(name) ? (options.expertThreads ?? options.threads) : options.threads;
    sessions.set(name, await openSession(join(from, `${name}.onnx`), { threads }, device));
  }
  return sessions;
}

/**
 * @param wanted checks the files of these graphs alone; by default all of the package
 * @throws PackageError naming a file that is not as long as the manifest says
 */
export async function checkFiles(folder: string, { files }: Manifest, wanted?: Manifest["graphs"]): Promise<void> {
  const needed = wanted && new Set(wanted.flatMap(({ name }) => [`${name}.onnx`, `${name}.bin`]));
  for (const { path, sizeBytes } of files) {
    if (needed?.has(path) === false) continue;
    const stats = await stat(join(folder, path)).catch(() => undefined);
    if (stats?.size !== sizeBytes) {
      throw new PackageError(
        `${join(folder, path)}: ${stats?.size ?? "no"} bytes, the manifest says ${sizeBytes}; copy the package again`,
      );
    }
  }
}

/** Runs a graph. @param fetches tensors whose memory gets an output; the others' is new */
export async function runGraph(
  sessions: Sessions,
  name: string,
  feeds: InferenceSession.FeedsType,
  fetches?: InferenceSession.OnnxValueMapType,
): Promise<InferenceSession.OnnxValueMapType> {
  const session = sessions.get(name);
  if (session === undefined) throw new Error(`the package has no graph ${name}`);
  const outputs = fetches === undefined ? await session.run(feeds) : await session.run(feeds, fetches);
  for (const value of Object.values(outputs)) asBits(value as Tensor);
  return outputs;
}

/** The folder of prepared weights, if any. A folder that cannot be written only costs time and memory at each load. */
async function prepare(folder: string, manifest: Manifest, graphs: Manifest["graphs"]): Promise<string | undefined> {
  const own = { ...manifest, graphs };
  const prepared = (await findPrepared(folder, manifest)) ?? (await findPrepared(folder, own));
  if (prepared !== undefined || packedBytes(own) < PREPARED_FROM_BYTES) return prepared;
  try {
    return await preparePackage(folder, own);
  } catch (cause) {
    process.emitWarning(`${(cause as Error).message}; each load will pack the weights again`);
    return undefined;
  }
}

interface Device {
  /** Name of the onnxruntime provider. */
  readonly provider: TargetFeatures["provider"];
  readonly id: number;
}

/** Opens one graph, on the CPU unless a device is given. @throws PackageError */
export async function openSession(
  file: string,
  { threads }: SessionOptions,
  device?: Device,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, {
      executionProviders: device === undefined ? ["cpu"] : [{ name: device.provider, deviceId: device.id }],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // A pool per session would keep its threads spinning while other sessions run.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (cause) {
    if (device?.provider === "cuda" && (cause as Error).message.includes("ExecutionProvider_Cuda")) {
      throw new PackageError(
        `${file}: needs CUDA device ${device.id}, but onnxruntime cannot load its CUDA provider; install onnxruntime-node ` +
          "with ONNXRUNTIME_NODE_INSTALL=cuda12, CUDA 12 and cuDNN 9, or convert the checkpoint with --target cpu",
        { cause },
      );
    }
    throw new PackageError(`${file}: onnxruntime cannot open it: ${(cause as Error).message}`, { cause });
  }
}
