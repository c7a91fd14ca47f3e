/**
 * One MoE layer of mini in kernels alone, beside the same layer as a piece of a `webgpu-split` package: dispatches, waits and
 * times, to test the reckoning of docs/decisions/0007-kernels-or-graphs.md.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { ModelProtoSchema } from "@palimpsest/proto/onnx";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { BODY_GRAPH } from "../../../gpu-worker/src/model/package-plan.ts";
import { openDawnDevice } from "../../../gpu-worker/src/runtime/dawn.ts";
import { RopeTables } from "../../../gpu-worker/src/runtime/rope-tables.ts";
import { weightPlaces } from "../../../tools/convert/weight-file.ts";
import { planRandom, type RandomPackageForm, writeRandomPackage } from "../../support/models/random-package.ts";
import { type KernelLayer, type LayerRows, openKernelLayer } from "./kernel-layer.ts";
import { createTimer, least, milliseconds } from "./measure.ts";
import type { SectionOptions } from "./sections.ts";
import { scaledMini } from "./steps.ts";

const CONTEXT = 512;

export async function layerSection({ scale }: SectionOptions): Promise<void> {
  const config = { ...scaledMini(scale), layers: 2 };
  const form: RandomPackageForm = { config, target: "cpu", quantization: "int4", ranks: 1 };
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-layer-"));
  try {
    const manifest = await writeRandomPackage(folder, form);
    using opened = await openDawnDevice();
    const { device } = opened;
    const pages = Math.max(1, Math.round(CONTEXT / scale / manifest.blockLength));
    const layer = await openKernelLayer(device, { folder, manifest, layer: 1 }, randomRows(manifest, pages));
    const timed = createTimer(device);
    const empty = await least(() => timed(() => {}));
    const once = await least(() => timed((encoder) => layer.record(encoder)));
    const many = await least(() => timed((encoder) => repeat(layer, encoder, LAYERS)));
    const recordMs = await least(async () => milliseconds(async () => recorded(device, layer)));
    const title = `a layer of mini${scale > 1 ? `, widths divided by ${scale}` : ""}, int4`;
    console.log(`${title}, a block behind ${pages * manifest.blockLength} cached tokens\n`);
    console.log("| | dispatches | waits | alone | each of 19 in a row |\n|---|---|---|---|---|");
    const times = [once - empty, (many - empty) / LAYERS].map((ms) => `${ms.toFixed(2)} ms`);
    console.log(`| in kernels alone | ${layer.dispatches} | none | ${times.join(" | ")} |`);
    console.log(`| in a graph of onnxruntime (webgpu) | ${layerNodes(form, "webgpu")} | none | | |`);
    console.log(`| in pieces, experts in kernels (webgpu-split) | ${layerNodes(form, "webgpu-split")} + 4 | 2 | | |\n`);
    console.log(`a wait is ${empty.toFixed(3)} ms here; recording and submitting a dispatch takes the thread`);
    console.log(
      `${((recordMs / layer.dispatches) * 1000).toFixed(1)} us; the section device has the same for a node of onnxruntime`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Operators that onnxruntime only renames. */
const FREE = new Set(["Reshape", "Unsqueeze", "Squeeze"]);

/** Nodes that compute, in a layer with attention, router, shared expert and, in one graph, the wide FFN of all experts. */
function layerNodes(form: RandomPackageForm, target: "webgpu" | "webgpu-split"): number {
  const [fewer, more] = [2, 3].map((layers) =>
    planRandom({ ...form, config: { ...form.config, layers }, target })
      .filter(({ name }) => name.startsWith(BODY_GRAPH))
      .flatMap((graph) => fromBinary(ModelProtoSchema, graph.build(weightPlaces(graph))).graph?.node ?? [])
      .filter(({ opType }) => !FREE.has(opType)),
  ) as [unknown[], unknown[]];
  return more.length - fewer.length;
}

/** Layers with experts of mini. */
const LAYERS = 19;

function repeat(layer: KernelLayer, encoder: GPUCommandEncoder, times: number): void {
  for (let i = 0; i < times; i++) layer.record(encoder);
}

function recorded(device: GPUDevice, layer: KernelLayer): void {
  const encoder = device.createCommandEncoder();
  layer.record(encoder);
  device.queue.submit([encoder.finish()]);
}

/** A block behind `pages` cached ones, with random values. */
function randomRows({ config, blockLength }: Manifest, pages: number): LayerRows {
  const { hiddenSize, kvHeads, headDim } = config;
  const random = (count: number): Float32Array => Float32Array.from({ length: count }, () => Math.random() - 0.5);
  const { cos, sin } = new RopeTables(config, blockLength).at([pages]);
  return {
    rows: blockLength,
    hidden: random(blockLength * hiddenSize),
    cos: cos.data as Float32Array,
    sin: sin.data as Float32Array,
    pages: Uint32Array.from({ length: pages }, (_, page) => page),
    keys: random(pages * kvHeads * blockLength * headDim),
    values: random(pages * kvHeads * blockLength * headDim),
  };
}
