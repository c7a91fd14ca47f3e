/**
 * The sessions of a package whose forward stays on a device. Body and head are the package's; the graphs without weights are
 * built here. Where a graph's outputs stay is decided once, when it is opened.
 */
import { join } from "node:path";
import { InferenceSession, type Tensor } from "onnxruntime-node";
import { PackageError } from "../errors.ts";
import {
  adjustGraph,
  allowGraph,
  candidatesGraph,
  commitGraph,
  rowsGraph,
  samplingGraph,
  zerosGraph,
} from "../model/device-graphs.ts";
import type { Manifest } from "../model/manifest.ts";
import { BODY_GRAPH, HEAD_GRAPH } from "../model/package-plan.ts";
import { featuresOf } from "../model/target.ts";
import type { RankLink } from "../parallel/exchange.ts";
import { onnxruntimeReason } from "./adapters.ts";
import { BEST_TOKENS } from "./head-inputs.ts";
import { checkFiles } from "./package.ts";
import { pieceOutputs, runPieces } from "./split-body.ts";

/** Tensors by name, on the device or the host. */
export type Tensors = Readonly<Record<string, Tensor>>;

export type DeviceGraph =
  | ("body" | "head" | "zeros" | "commit")
  | ("adjust" | "allow" | "candidates" | "ranking" | "rows" | "sampling");

export interface DeviceSessions extends AsyncDisposable {
  /** Runs a graph. Tensors on the device belong to the caller, who disposes of them. */
  run(graph: DeviceGraph, feeds: Tensors): Promise<Record<string, Tensor>>;
}

/** Where a graph runs, and where its outputs stay. */
const PLACES: Readonly<Record<DeviceGraph, { readonly on: "device" | "host"; readonly outputs: "device" | "host" }>> = {
  body: { on: "device", outputs: "device" },
  head: { on: "device", outputs: "device" },
  zeros: { on: "device", outputs: "device" },
  commit: { on: "device", outputs: "device" },
  adjust: { on: "device", outputs: "device" },
  allow: { on: "device", outputs: "device" },
  candidates: { on: "device", outputs: "host" },
  ranking: { on: "device", outputs: "host" },
  rows: { on: "device", outputs: "host" },
  sampling: { on: "host", outputs: "host" },
};

export interface DeviceSessionOptions {
  readonly threads: number;
  /** Prefix of a file for each graph with its nodes' times and providers, written when the sessions are closed. */
  readonly profilePrefix?: string | undefined;
  /** The experts of a package whose body is in pieces. */
  readonly experts?: RankLink | undefined;
}

/** @throws PackageError naming the file at fault, or the device that is missing */
export async function openDeviceSessions(
  folder: string,
  manifest: Manifest,
  options: DeviceSessionOptions,
): Promise<DeviceSessions> {
  await checkFiles(folder, manifest);
  const { config, blockLength, target } = manifest;
  const { experts, ...rest } = options;
  const sources: Readonly<Record<Exclude<DeviceGraph, "body">, string | Uint8Array>> = {
    head: join(folder, `${HEAD_GRAPH}.onnx`),
    zeros: zerosGraph(target),
    commit: commitGraph(config, blockLength, target),
    adjust: adjustGraph(config, target),
    allow: allowGraph(config, target),
    candidates: candidatesGraph(config, manifest, target),
    ranking: candidatesGraph(config, manifest, target, BEST_TOKENS),
    rows: rowsGraph(config, target),
    sampling: samplingGraph(config, manifest),
  };
  const bodies: InferenceSession[] = [];
  for (const { name } of manifest.graphs.filter(({ name }) => name.startsWith(BODY_GRAPH))) {
    const source = join(folder, `${name}.onnx`);
    const places = experts && pieceOutputs(config, bodies.length);
    bodies.push(await openGraph(folder, manifest, { graph: "body", source, ...rest, name, places }));
  }
  const sessions = new Map<DeviceGraph, InferenceSession>();
  for (const [graph, source] of Object.entries(sources) as [DeviceGraph, string | Uint8Array][]) {
    sessions.set(graph, await openGraph(folder, manifest, { graph, source, ...rest }));
  }
  const runBody =
    experts === undefined
      ? (feeds: Tensors) => (bodies[0] as InferenceSession).run(feeds)
      : (feeds: Tensors) => runPieces(bodies, experts, feeds, config);
  return {
    run: (graph, feeds) => {
      const ran = graph === "body" ? runBody(feeds) : (sessions.get(graph) as InferenceSession).run(feeds);
      return ran as Promise<Record<string, Tensor>>;
    },
    async [Symbol.asyncDispose]() {
      for (const session of [...bodies, ...sessions.values()]) {
        if (options.profilePrefix !== undefined) session.endProfiling();
        await session.release();
      }
    },
  };
}

interface GraphToOpen extends Omit<DeviceSessionOptions, "experts"> {
  readonly graph: DeviceGraph;
  readonly source: string | Uint8Array;
  /** Tells its profile from others, if several files are the same kind of graph. */
  readonly name?: string;
  /** Places of its outputs, if not all stay in one. */
  readonly places?: Record<string, "gpu-buffer" | "cpu"> | undefined;
}

async function openGraph(
  folder: string,
  { target }: Manifest,
  { graph, source, threads, profilePrefix, name = graph, places }: GraphToOpen,
): Promise<InferenceSession> {
  const { on, outputs } = PLACES[graph];
  const { provider } = featuresOf(target);
  const options: InferenceSession.SessionOptions = {
    executionProviders: [on === "device" ? provider : "cpu"],
    ...(on === "device" && { preferredOutputLocation: places ?? (outputs === "device" ? "gpu-buffer" : "cpu") }),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(profilePrefix !== undefined && { enableProfiling: true, profileFilePrefix: `${profilePrefix}-${name}` }),
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
  try {
    return await (typeof source === "string"
      ? InferenceSession.create(source, options)
      : InferenceSession.create(source, options));
  } catch (cause) {
    const message = onnxruntimeReason(cause as Error);
    if (/adapter|vulkan|dawn|instance/i.test(message)) {
      throw new PackageError(
        `${folder}: needs a GPU that onnxruntime reaches through Vulkan, and it found none (${message}); install libvulkan1 ` +
          "and the GPU's driver, give a container the graphics capability, or write a package for the CPU with " +
          `palimpsest shard ${folder} TARGET --target cpu`,
        { cause },
      );
    }
    throw new PackageError(`${folder}: onnxruntime cannot open its ${graph} graph: ${message}`, { cause });
  }
}
