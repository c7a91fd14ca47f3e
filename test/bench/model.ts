/**
 * Measures the cost of a model of a released shape on this machine: conversion, loading, memory, and a denoise step by
 * part, with the minimum time to read its weights.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { InferenceSession } from "onnxruntime-node";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { graphsOf, type Manifest } from "../../gpu-worker/src/model/manifest.ts";
import {
  EMBEDDING_GRAPH,
  HEAD_GRAPH,
  isExpertGraph,
  kvTokenBytes,
  LEADER,
  layerGraph,
  planPackage,
} from "../../gpu-worker/src/model/package-plan.ts";
import { weightBytes } from "../../gpu-worker/src/model/weights.ts";
import { openRankThreads } from "../../gpu-worker/src/program/rank-client.ts";
import type { BlockInput } from "../../gpu-worker/src/runtime/attention-inputs.ts";
import { Forward } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { openSessions } from "../../gpu-worker/src/runtime/package.ts";
import { readBandwidth } from "./bandwidth.ts";
import { mega, palimpsest } from "./child.ts";
import { reportExpertKernels } from "./expert-kernels.ts";
import type { LoadFigures } from "./model-load.ts";
import { timed } from "./timed.ts";

const STEPS = 9;

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

export async function benchModel(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      like: { type: "string", default: "mini" },
      layers: { type: "string", default: "3" },
      quantize: { type: "string", default: "int4" },
      threads: { type: "string", default: "2" },
      contexts: { type: "string", default: "512,4096" },
      /** With more than one, the other ranks' experts run in their own threads. */
      ranks: { type: "string", default: "1" },
      /** If false, measures only steps. */
      "no-loading": { type: "boolean", default: false },
      /** Keeps checkpoint and package in this folder, and reuses existing ones. */
      folder: { type: "string" },
    },
  });
  await using cleanup = new AsyncDisposableStack();
  const folder = values.folder ?? (await mkdtemp(join(tmpdir(), "palimpsest-")));
  if (values.folder === undefined) cleanup.defer(() => rm(folder, { recursive: true }));
  const [checkpoint, model] = [join(folder, "checkpoint"), join(folder, "package")];
  if (!existsSync(model)) {
    if (!existsSync(checkpoint))
      await palimpsest("synth", "--like", values.like, "--layers", values.layers, checkpoint);
    const options = ["--quantize", values.quantize, "--ranks", values.ranks];
    const { seconds, peakBytes } = await palimpsest("convert", ...options, checkpoint, model);
    console.log(`conversion: ${seconds.toFixed(0)} s, at most ${mega(peakBytes)} of memory\n`);
  }
  const manifest = await readManifest(model);
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const { total } = manifest.parameters;
  console.log(`${values.like}, ${manifest.config.layers} layers, ${(total / 1e9).toFixed(1)}B parameters,`);
  console.log(`${manifest.quantization}, ${mega(sizeBytes)}; random weights, ${manifest.ranks} ranks\n`);
  if (!values["no-loading"]) await reportLoading(model);
  const contexts = values.contexts.split(",").map(Number);
  await reportSteps(model, manifest, contexts, Number(values.threads));
}

async function reportLoading(model: string): Promise<void> {
  console.log("| loading | seconds | own memory | peak |\n|---|---|---|---|");
  const load = async (label: string, weights: "own" | "prepared"): Promise<void> => {
    const { stdout } = await promisify(execFile)(process.execPath, [here("model-load.ts"), model, weights]);
    const { seconds, ownBytes, peakBytes } = JSON.parse(stdout) as LoadFigures;
    console.log(`| ${label} | ${seconds.toFixed(1)} | ${mega(ownBytes)} | ${mega(peakBytes)} |`);
  };
  await load("packing in memory", "own");
  const { seconds, peakBytes } = await palimpsest("prepare", model);
  console.log(`| preparing, or finding that done | ${seconds.toFixed(1)} | | ${mega(peakBytes)} |`);
  await load("prepared", "prepared");
  console.log();
}

/**
 * Experts are the leader's own graphs; waiting for other ranks counts as rest. Attention includes a layer's norms and
 * additions: every operator that is neither exclusive to the router nor a product with quantized weights.
 */
const parts = ["attention", "router", "projections", "experts", "head", "rest"] as const;
type Part = (typeof parts)[number];

async function reportSteps(model: string, manifest: Manifest, contexts: readonly number[], threads: number) {
  const { blockLength } = manifest;
  // Measured again after each context: a shared machine's memory bandwidth varies.
  let bandwidth = await readBandwidth(threads);
  const timer = new Map<string, number>();
  await using cleanup = new AsyncDisposableStack();
  const { ranks } = manifest;
  const expertThreads = Math.max(1, Math.floor(threads / ranks));
  const links = ranks > 1 ? await openRankThreads(model, ranks, expertThreads) : undefined;
  for (const link of links ?? []) cleanup.use(link);
  const opened = await openSessions(model, manifest, { threads, expertThreads }, links && graphsOf(manifest, LEADER));
  const sessions = timed(opened, timer);
  const kv = new KvTensors(manifest, Math.max(...contexts) / blockLength);
  const distinct: number[] = [];
  const forward = new Forward(sessions, manifest, kv, {
    links,
    onRoute: (_, experts) => distinct.push(new Set(experts).size),
  });

  const measured: { cells: string[]; bytes: number; bestMs: number }[] = [];
  for (const context of contexts) {
    const block = openBlock(manifest, context / blockLength);
    const steps: { totalMs: number; graphs: Map<string, number> }[] = [];
    for (let step = 0; step <= STEPS; step++) {
      timer.clear();
      distinct.length = 0;
      const startMs = performance.now();
      await forward.head(
        await forward.layers([block]),
        block.tokens.map((_, row) => row),
      );
      // The first step reads the weights from the disk.
      if (step > 0) steps.push({ totalMs: performance.now() - startMs, graphs: new Map(timer) });
    }
    steps.sort((a, b) => a.totalMs - b.totalMs);
    const [best, median] = [steps[0], steps[Math.floor(steps.length / 2)]] as [(typeof steps)[0], (typeof steps)[0]];
    const shares = await layerShares(model, manifest, forward, sessions, block, threads);
    const split = splitByPart(best.graphs, shares, best.totalMs);
    const perLayer = distinct.reduce((sum, count) => sum + count, 0) / Math.max(distinct.length, 1);
    const bytes = touchedBytes(manifest, perLayer, context);
    const cells = [
      String(context),
      `${best.totalMs.toFixed(0)} ms`,
      `${median.totalMs.toFixed(0)} ms`,
      ...parts.map((part) => `${split[part].toFixed(0)} ms`),
      perLayer.toFixed(0),
    ];
    measured.push({ cells, bytes, bestMs: best.totalMs });
    bandwidth = Math.max(bandwidth, await readBandwidth(threads));
  }
  console.log(`memory is read at ${(bandwidth / 1e9).toFixed(1)} GB/s by ${threads} threads\n`);
  console.log(
    `| cached | step, best | median | ${parts.join(" | ")} | experts a layer | bytes | bound | step : bound |`,
  );
  console.log(`|---|---|---|${parts.map(() => "---|").join("")}---|---|---|---|`);
  for (const { cells, bytes, bestMs } of measured) {
    const boundMs = (bytes / bandwidth) * 1000;
    const bound = [mega(bytes), `${boundMs.toFixed(0)} ms`, (bestMs / boundMs).toFixed(2)];
    console.log(`| ${[...cells, ...bound].join(" | ")} |`);
  }
  if (manifest.target === "cpu") await reportExpertKernels(opened, manifest);
}

/** A block with half of its cells masked, after cached blocks. */
function openBlock({ blockLength, maskToken, config }: Manifest, cached: number): Omit<BlockInput, "cells"> {
  const token = (i: number): number => (i % 2 === 0 ? maskToken : (i * 7919) % config.vocabSize);
  return {
    tokens: Array.from({ length: blockLength }, (_, i) => token(i)),
    pages: Array.from({ length: cached }, (_, page) => page),
    peers: [],
  };
}

/**
 * Splits the last layer's graph, which contains attention and router, into its parts, using a profile of its operators.
 */
async function layerShares(
  model: string,
  manifest: Manifest,
  forward: Forward,
  sessions: Map<string, InferenceSession>,
  block: Omit<BlockInput, "cells">,
  threads: number,
): Promise<Record<"attention" | "router" | "projections", number>> {
  const name = layerGraph(manifest.config.layers - 1);
  const own = sessions.get(name) as InferenceSession;
  const prefix = await mkdtemp(join(tmpdir(), "profile-"));
  const profiled = await InferenceSession.create(join(model, `${name}.onnx`), {
    intraOpNumThreads: threads,
    enableProfiling: true,
    profileFilePrefix: join(prefix, "layer"),
  });
  sessions.set(name, profiled);
  for (let step = 0; step < STEPS; step++) await forward.layers([block]);
  sessions.set(name, own);
  profiled.endProfiling();
  await profiled.release();
  const { stdout: listed } = await promisify(execFile)("ls", [prefix]);
  const events = JSON.parse(await readFile(join(prefix, listed.trim()), "utf8")) as {
    cat: string;
    dur: number;
    args?: { op_name?: string };
  }[];
  await rm(prefix, { recursive: true });
  const sums = { attention: 0, router: 0, projections: 0 };
  for (const { cat, dur, args } of events) if (cat === "Node" && args?.op_name) sums[partOf(args.op_name)] += dur;
  const total = sums.attention + sums.router + sums.projections;
  return {
    attention: sums.attention / total,
    router: sums.router / total,
    projections: sums.projections / total,
  };
}

/** Operators that occur only in a layer's router, and operators that multiply quantized matrices. */
function partOf(operator: string): "attention" | "router" | "projections" {
  if (/^(MatMulNBits|QuickGelu)$/.test(operator)) return "projections";
  if (/^(Gemm|FusedGemm|Sigmoid|TopK|OneHot|GatherElements|Greater|Where|ReduceMax|Div)$/.test(operator))
    return "router";
  return "attention";
}

function splitByPart(
  graphs: ReadonlyMap<string, number>,
  shares: Record<"attention" | "router" | "projections", number>,
  totalMs: number,
): Record<Part, number> {
  const sumOf = (holds: (name: string) => boolean): number =>
    [...graphs].reduce((sum, [name, ms]) => sum + (holds(name) ? ms : 0), 0);
  const layersMs = sumOf((name) => name.startsWith("layer-"));
  const expertsMs = sumOf(isExpertGraph);
  const headMs = graphs.get(HEAD_GRAPH) ?? 0;
  return {
    attention: layersMs * shares.attention,
    router: layersMs * shares.router,
    projections: layersMs * shares.projections,
    experts: expertsMs,
    head: headMs,
    rest: totalMs - layersMs - expertsMs - headMs,
  };
}

/** Minimum bytes of weights and cached keys and values that a step reads, without a few rows of the embedding table. */
function touchedBytes(manifest: Manifest, distinctExperts: number, context: number): number {
  const { config, target, quantization, ranks, maskToken } = manifest;
  const kvBytes = kvTokenBytes(config, target) * context;
  return planPackage(config, { target, quantization, ranks, maskToken }).reduce((sum, { name, weights }) => {
    const bytes = weights.reduce((total, weight) => total + weightBytes(weight), 0);
    if (name === EMBEDDING_GRAPH) return sum;
    return sum + (isExpertGraph(name) ? (bytes * distinctExperts) / config.experts : bytes);
  }, kvBytes);
}
