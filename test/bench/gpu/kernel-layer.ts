/** One MoE layer of a CPU package in kernels alone: one command buffer, nothing crosses to the host. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  COMBINE_VALUES,
  combineKernel,
  downKernel,
  type ExpertShape,
  gateUpKernel,
  groupKernel,
  TILE_COLUMNS,
} from "../../../gpu-worker/src/model/expert-kernels.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { externalDataOf } from "../../../gpu-worker/src/model/onnx-graph.ts";
import { expertGraph, LEADER, layerGraph } from "../../../gpu-worker/src/model/package-plan.ts";
import type { Quantization } from "../../../gpu-worker/src/model/weights.ts";
import { attentionKernel, chooseKernel, headsKernel, normKernel, sumGroups, sumKernel } from "./layer-kernels.ts";

/** WebGPU's flags, which Node has no globals for. */
const [COPY_SRC, COPY_DST, UNIFORM, STORAGE] = [0x04, 0x08, 0x40, 0x80];

export interface LayerRows {
  readonly rows: number;
  /** [T, H]. */
  readonly hidden: Float32Array;
  /** [T, rotary / 2]. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  /** [B, pages]. */
  readonly pages: Uint32Array;
  /** [pages * kvHeads, S, D]. */
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

export interface KernelLayer {
  readonly dispatches: number;
  /** The rows that the layer leaves, [T, H]. */
  readonly output: GPUBuffer;
  record(encoder: GPUCommandEncoder): void;
}

type Buffers = Readonly<Record<number, GPUBuffer>>;

/** @param layer one with experts */
export async function openKernelLayer(
  device: GPUDevice,
  { folder, manifest, layer }: { readonly folder: string; readonly manifest: Manifest; readonly layer: number },
  { rows, hidden, cos, sin, pages, keys, values }: LayerRows,
): Promise<KernelLayer> {
  const { config, quantization, blockLength } = manifest;
  const { hiddenSize, heads, kvHeads, headDim, experts, topK, moeIntermediateSize, sharedExperts } = config;
  const width = (heads + 2 * kvHeads) * headDim;
  const prefix = `model.layers.${layer}`;
  const read = await openWeights(folder, [layerGraph(layer), expertGraph(layer, LEADER)]);
  const buffer = (size: number, usage = STORAGE): GPUBuffer =>
    device.createBuffer({ size: Math.max(16, Math.ceil(size / 4) * 4), usage: usage | COPY_DST | COPY_SRC });
  const filled = (data: ArrayBufferView, usage = STORAGE): GPUBuffer => {
    const made = buffer(data.byteLength, usage);
    device.queue.writeBuffer(made, 0, data as BufferSource);
    return made;
  };
  const floats = (count: number): GPUBuffer => buffer(4 * count);
  const weight = async (name: string): Promise<GPUBuffer> => filled(await read([name]));
  /** Values and scales of matrices, one after the other. */
  const matrices = async (names: readonly string[], form: Quantization): Promise<Buffers> => {
    if (form === "none") return { 1: filled(await read(names)) };
    const [stored, scales] = [".values", ".scales"].map((kind) => names.map((name) => `${name}${kind}`));
    return { 1: filled(await read(stored as string[])), 2: filled(await read(scales as string[])) };
  };

  const steps: { pipeline: GPUComputePipeline; group: GPUBindGroup; x: number; y: number }[] = [];
  const step = (code: string, buffers: Buffers, x: number, y = 1): void => {
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const entries = Object.entries(buffers).map(([binding, buffer]) => ({
      binding: Number(binding),
      resource: { buffer },
    }));
    steps.push({ pipeline, group: device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }), x, y });
  };

  const one = filled(Uint32Array.of(0, 1), UNIFORM);
  const allRows = filled(Uint32Array.of(0, rows));
  const everyRow = filled(Uint32Array.from({ length: rows }, (_, row) => row));
  /** A product of all rows with one matrix: the experts' kernel over one expert. */
  const product = async (
    name: string,
    [columns, depth]: readonly [number, number],
    { x, y, form = quantization }: { x: GPUBuffer; y: GPUBuffer; form?: Quantization },
  ): Promise<void> => {
    const shape = { hiddenSize: columns, innerSize: depth, topK: 1, maxExperts: 1, quantization: form };
    step(downKernel(shape), { 0: one, ...(await matrices([name], form)), 3: x, 4: allRows, 6: y }, tiles(columns));
  };

  const x = filled(hidden);
  const [normed, qkv, mixed, attended] = [hiddenSize, width, heads * headDim, hiddenSize].map((n) =>
    floats(rows * n),
  ) as [GPUBuffer, GPUBuffer, GPUBuffer, GPUBuffer];
  step(normKernel(config, true), { 0: x, 1: await weight(`${prefix}.input_layernorm.weight`), 2: normed }, rows);
  await product(`${prefix}.attention.query_key_value`, [width, hiddenSize], { x: normed, y: qkv });
  const norms = await Promise.all(
    ["query", "key"].map((kind) => weight(`${prefix}.attention.${kind}_layernorm.weight`)),
  );
  const [queryNorm, keyNorm] = norms as [GPUBuffer, GPUBuffer];
  const angles = { 3: filled(cos), 4: filled(sin) };
  step(headsKernel(config), { 0: qkv, 1: queryNorm, 2: keyNorm, ...angles }, rows, heads + kvHeads);
  const cache = filled(Uint32Array.of((pages.length * blockLength) / rows), UNIFORM);
  const pools = { 2: filled(keys), 3: filled(values), 4: filled(pages) };
  step(attentionKernel(config, blockLength), { 0: cache, 1: qkv, ...pools, 5: mixed }, rows, heads);
  await product(`${prefix}.attention.dense`, [hiddenSize, heads * headDim], { x: mixed, y: attended });

  const [summed, rowsOfExperts, products] = [hiddenSize, hiddenSize, experts].map((n) => floats(rows * n)) as [
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
  ];
  const second = { 1: await weight(`${prefix}.post_attention_layernorm.weight`), 2: rowsOfExperts };
  step(normKernel(config, false), { 0: x, ...second, 3: attended, 4: summed }, rows);
  await product(`${prefix}.mlp.gate`, [experts, hiddenSize], { x: rowsOfExperts, y: products, form: "none" });
  const chosen = buffer(rows * topK * 8);
  const [weights, places, order] = [0, 0, 0].map(() => floats(rows * topK)) as [GPUBuffer, GPUBuffer, GPUBuffer];
  const bias = await weight(`${prefix}.mlp.gate.expert_bias`);
  step(chooseKernel(config), { 0: products, 1: bias, 2: chosen, 3: weights }, rows);

  const shape: ExpertShape = { hiddenSize, innerSize: moeIntermediateSize, topK, maxExperts: experts, quantization };
  const batch = filled(Uint32Array.of(rows), UNIFORM);
  const every = filled(Uint32Array.of(0, experts), UNIFORM);
  const held = filled(Uint32Array.from({ length: experts }, (_, expert) => expert));
  const starts = floats(experts + 1);
  const inner = floats(rows * topK * moeIntermediateSize);
  const outputs = floats(rows * topK * hiddenSize);
  const routed = floats(rows * hiddenSize);
  const names = Array.from({ length: experts }, (_, expert) => `${prefix}.mlp.experts.${expert}`);
  const grouped = { 2: held, 3: chosen, 4: weights, 5: starts, 6: order, 7: places };
  step(groupKernel(shape), { 0: batch, 1: every, ...grouped }, 1);
  const gateUp = await matrices(
    names.map((name) => `${name}.gate_up`),
    quantization,
  );
  const rowsIn = { 3: rowsOfExperts, 4: starts, 5: order, 6: inner };
  step(gateUpKernel(shape), { 0: every, ...gateUp, ...rowsIn }, tiles(moeIntermediateSize), experts);
  const down = await matrices(
    names.map((name) => `${name}.down`),
    quantization,
  );
  step(downKernel(shape), { 0: every, ...down, 3: inner, 4: starts, 6: outputs }, tiles(hiddenSize), experts);
  const combined = Math.ceil((rows * hiddenSize) / COMBINE_VALUES);
  step(combineKernel(shape), { 0: batch, 1: outputs, 2: places, 3: weights, 4: routed }, combined);

  const always = { ...shape, innerSize: moeIntermediateSize * sharedExperts, topK: 1, maxExperts: 1 };
  const [sharedInner, shared, output] = [always.innerSize, hiddenSize, hiddenSize].map((n) => floats(rows * n)) as [
    GPUBuffer,
    GPUBuffer,
    GPUBuffer,
  ];
  const sharedGateUp = await matrices([`${prefix}.mlp.shared_experts.gate_up`], quantization);
  const sharedRows = { 3: rowsOfExperts, 4: allRows, 5: everyRow, 6: sharedInner };
  step(gateUpKernel(always), { 0: one, ...sharedGateUp, ...sharedRows }, tiles(always.innerSize));
  const sharedDown = `${prefix}.mlp.shared_experts.down`;
  await product(sharedDown, [hiddenSize, always.innerSize], { x: sharedInner, y: shared });
  step(sumKernel(), { 0: summed, 1: shared, 2: routed, 3: output }, sumGroups(rows * hiddenSize));

  return {
    dispatches: steps.length,
    output,
    record(encoder) {
      const pass = encoder.beginComputePass();
      for (const { pipeline, group, x, y } of steps) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(x, y);
      }
      pass.end();
    },
  };
}

function tiles(columns: number): number {
  return Math.ceil(columns / TILE_COLUMNS);
}

/** Reads initializers of some graphs, joined. */
async function openWeights(folder: string, graphs: readonly string[]) {
  const places = new Map<string, { file: string; offset: number; length: number }>();
  for (const graph of graphs) {
    const external = externalDataOf(await readFile(join(folder, `${graph}.onnx`)));
    for (const [name, { location, ...place }] of external) places.set(name, { file: join(folder, location), ...place });
  }
  const files = new Map<string, Buffer>();
  return async (names: readonly string[]): Promise<Uint8Array> => {
    const parts: Uint8Array[] = [];
    for (const name of names) {
      const place = places.get(name);
      if (place === undefined) throw new Error(`${folder}: has no ${name}`);
      const bytes = files.get(place.file) ?? (await readFile(place.file));
      files.set(place.file, bytes);
      parts.push(bytes.subarray(place.offset, place.offset + place.length));
    }
    return new Uint8Array(Buffer.concat(parts));
  };
}
