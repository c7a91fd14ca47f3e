/**
 * A denoise step of mini on a device. One dense layer with embedding and head is measured, and the same with two layers of experts
 * more; the step of all layers is reckoned from both. Weights are random.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ModelConfig, parseConfig } from "../../../gpu-worker/src/model/config.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { EMBEDDING_GRAPH, isExpertGraph, kvTokenBytes, LEADER } from "../../../gpu-worker/src/model/package-plan.ts";
import type { Target } from "../../../gpu-worker/src/model/target.ts";
import { weightBytes } from "../../../gpu-worker/src/model/weights.ts";
import { openDawnDevice } from "../../../gpu-worker/src/runtime/dawn.ts";
import { openDeviceShard } from "../../../gpu-worker/src/runtime/device-shard.ts";
import { pageBytes } from "../../../gpu-worker/src/runtime/kv-tensors.ts";
import { type Model, openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { releasedShapes } from "../../../tools/convert/released-shapes.ts";
import { planRandom, writeRandomPackage } from "../../support/models/random-package.ts";
import { recordedForwards } from "../engine/replay.ts";
import { copySpeed, least, milliseconds } from "./measure.ts";
import type { SectionOptions } from "./sections.ts";

const CONTEXTS = [512, 4096];

/** Rows of a step: a block. */
const BLOCK_ROWS = 32;

/** A graph's matrices are quantized in blocks of so many columns. */
const LEAST_WIDTH = 128;

/** How a step runs: the package's target, and a device for its experts if that is another. */
interface Arrangement {
  readonly name: string;
  readonly target: Target;
  readonly ownExperts?: boolean;
}

const ON_WEBGPU: readonly Arrangement[] = [
  { name: "all on onnxruntime's WebGPU", target: "webgpu" },
  { name: "the same in pieces, experts in own kernels", target: "webgpu-split", ownExperts: true },
  { name: "experts in own kernels, the rest on the CPU", target: "cpu", ownExperts: true },
];

export async function stepsSection(options: SectionOptions): Promise<void> {
  using opened = await openDawnDevice();
  const bytesPerMs = await copySpeed(opened.device);
  console.log(`the device's memory copies at ${(bytesPerMs / 1e6).toFixed(1)} GB/s, read and written\n`);
  await reportSteps(ON_WEBGPU, { ...options, bytesPerMs });
}

/** Memory's speed is not measured: there is no kernel of our own for CUDA. */
export async function cudaSection(options: SectionOptions): Promise<void> {
  if (process.env.ORT_CUDA_LIBRARIES === undefined) {
    return console.log("not run: ORT_CUDA_LIBRARIES names no folder with onnxruntime's CUDA provider");
  }
  console.log("onnxruntime's Node binding has no CUDA tensors: the K/V pool of a layer is uploaded in every forward\n");
  await reportSteps([{ name: "all on CUDA", target: "cuda" }], options);
}

interface StepsOptions extends SectionOptions {
  readonly bytesPerMs?: number;
}

async function reportSteps(arrangements: readonly Arrangement[], { scale, untilMs, bytesPerMs }: StepsOptions) {
  const all = scaledMini(scale);
  const contexts = CONTEXTS.map((context) => Math.max(1, Math.round(context / scale / BLOCK_ROWS)) * BLOCK_ROWS);
  const recorded = recordedForwards();
  const perBlock = recorded.reduce((sum, forwards) => sum + forwards, 0) / recorded.length;
  console.log(
    `mini${scale > 1 ? `, its widths and contexts divided by ${scale}` : ""}, int4, a block of 32 masks; ${all.layers} layers`,
  );
  console.log(
    `tokens a second with ${perBlock.toFixed(2)} forwards a block, as in demo-21's recorded runs in quality mode\n`,
  );
  console.log(
    "| on | cached | dense layer, embedding, head | a layer | of it experts | step | tokens/s | bytes on the device | bound |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const arrangement of arrangements) {
    const few = await measure(arrangement, { ...all, layers: all.denseLayers }, contexts);
    if (Date.now() > untilMs) return console.log("\nno time is left for more layers");
    const more = await measure(arrangement, { ...all, layers: all.denseLayers + 2 }, contexts);
    for (const [i, context] of contexts.entries()) {
      const [fewMs, moreMs] = [few[i]?.stepMs as number, more[i]?.stepMs as number];
      const layerMs = (moreMs - fewMs) / 2;
      const stepMs = fewMs + (all.layers - all.denseLayers) * layerMs;
      const bytes = deviceBytes(arrangement, all, context);
      const expertsMs = more[i]?.expertsMs;
      // On a busy machine two layers more may take less.
      const isKnown = layerMs > 0;
      const cells = [
        arrangement.name,
        context,
        `${fewMs.toFixed(2)} ms`,
        `${layerMs.toFixed(2)} ms`,
        expertsMs === undefined ? "" : `${(expertsMs / 2).toFixed(2)} ms`,
        isKnown ? `${stepMs.toFixed(1)} ms` : "not known",
        !isKnown ? "" : ((1000 * BLOCK_ROWS) / perBlock / stepMs).toFixed(0),
        `${(bytes / 1e6).toFixed(0)} MB`,
        bytesPerMs === undefined ? "" : `${(bytes / bytesPerMs).toFixed(1)} ms`,
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
    if (arrangement.target === "cuda") reportUploads(all, Math.max(...contexts) / BLOCK_ROWS);
  }
}

interface Measured {
  readonly stepMs: number;
  /** Of all layers, if they are another device's. */
  readonly expertsMs?: number;
}

/** The best step at each context. */
async function measure(
  { target, ownExperts }: Arrangement,
  config: ModelConfig,
  contexts: readonly number[],
): Promise<Measured[]> {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-step-"));
  try {
    const manifest = await writeRandomPackage(folder, { config, target, quantization: "int4", ranks: 1 });
    const isApart = ownExperts === true && config.layers > config.denseLayers;
    let expertsMs = 0;
    const openOwn = async () => {
      const link = await openDeviceShard(folder, LEADER, { kind: "webgpu" });
      const run: typeof link.run = async (...asked) => {
        const answer = await link.run(...asked);
        expertsMs += answer.computeMs;
        return answer;
      };
      return { rank: link.rank, ready: true, run, [Symbol.asyncDispose]: () => link[Symbol.asyncDispose]() };
    };
    const pages = Math.max(...contexts) / manifest.blockLength;
    await using model = await openModel(folder, manifest, { threads: 1, pages, ...(isApart && { openOwn }) });
    const found: Measured[] = [];
    for (const context of contexts) {
      using sequence = openSequence(model, manifest, context);
      let bestExpertsMs = Number.POSITIVE_INFINITY;
      const stepMs = await least(async () => {
        expertsMs = 0;
        const ms = await milliseconds(() =>
          sequence.forward([{ tokens: maskedBlock(manifest), cells: allCells(manifest) }]),
        );
        bestExpertsMs = Math.min(bestExpertsMs, expertsMs);
        return ms;
      });
      found.push({ stepMs, ...(isApart && { expertsMs: bestExpertsMs }) });
    }
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A sequence behind pages that count as written: what they hold does not change the time. */
function openSequence(model: Model, { blockLength }: Manifest, context: number) {
  const sequence = model.sequence(Array.from({ length: context / blockLength }, (_, page) => page));
  sequence.skip(context / blockLength);
  return sequence;
}

function maskedBlock({ blockLength, maskToken }: Manifest): number[] {
  return new Array<number>(blockLength).fill(maskToken);
}

function allCells({ blockLength }: Manifest): number[] {
  return Array.from({ length: blockLength }, (_, cell) => cell);
}

/** Groups and cached heads stay, so that the graphs have the released form. */
export function scaledMini(scale: number): ModelConfig {
  const { model } = parseConfig(releasedShapes.mini, "mini");
  const width = (full: number): number => Math.max(LEAST_WIDTH, Math.ceil(full / scale / LEAST_WIDTH) * LEAST_WIDTH);
  return {
    ...model,
    hiddenSize: width(model.hiddenSize),
    moeIntermediateSize: width(model.moeIntermediateSize),
    intermediateSize: width(model.intermediateSize),
    vocabSize: width(model.vocabSize),
    heads: Math.max(model.kvHeads, model.heads / scale),
    experts: Math.max(2 * model.expertGroups, model.experts / scale),
  };
}

/** Minimum bytes that the device reads in a step: the wide FFN reads all experts, the own kernels those that are chosen. */
function deviceBytes({ target, ownExperts }: Arrangement, config: ModelConfig, context: number): number {
  const graphs = planRandom({ config, target, quantization: "int4", ranks: 1 });
  const bytesOf = (wanted: (name: string) => boolean): number =>
    graphs
      .filter(({ name }) => wanted(name))
      .flatMap(({ weights }) => weights)
      .filter(({ name }) => name !== "model.word_embeddings.weight")
      .reduce((sum, weight) => sum + weightBytes(weight), 0);
  const distinct = 1 - (1 - config.topK / config.experts) ** BLOCK_ROWS;
  if (ownExperts && target === "cpu") return bytesOf(isExpertGraph) * distinct;
  const rest =
    bytesOf((name) => !isExpertGraph(name) && name !== EMBEDDING_GRAPH) + kvTokenBytes(config, target) * context;
  return rest + bytesOf(isExpertGraph) * distinct;
}

function reportUploads(config: ModelConfig, pages: number): void {
  const manifest = { config, blockLength: BLOCK_ROWS, target: "cuda" } as Manifest;
  console.log(
    `\nof that, the upload of a cache of ${pages} pages: ${((pages * pageBytes(manifest)) / 1e6).toFixed(0)} MB a step`,
  );
}
