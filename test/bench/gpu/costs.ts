/** What a GPU's work costs: its memory's speed, a dispatch, a wait, experts in both forms, products of onnxruntime. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { parseConfig } from "../../../gpu-worker/src/model/config.ts";
import { matrix, project } from "../../../gpu-worker/src/model/layers.ts";
import { maskedExperts } from "../../../gpu-worker/src/model/masked-experts.ts";
import { OnnxGraph } from "../../../gpu-worker/src/model/onnx-graph.ts";
import { type ExternalData, weightBytes } from "../../../gpu-worker/src/model/weights.ts";
import { openDawnDevice } from "../../../gpu-worker/src/runtime/dawn.ts";
import { DeviceExperts } from "../../../gpu-worker/src/runtime/device-experts.ts";
import { type ExpertWeights, expertBytes } from "../../../gpu-worker/src/runtime/expert-weights.ts";
import { releasedShapes } from "../../../tools/convert/released-shapes.ts";
import { copySpeed, createTimer, least, milliseconds } from "./measure.ts";
import type { SectionOptions } from "./sections.ts";

const ROWS = [1, 32, 64, 128, 256] as const;

/** WebGPU's flag, which Node has no global for. */
const STORAGE = 0x80;

const DISPATCHES = 1000;

/** Random bytes, for onnxruntime also where a scale is expected: only times are measured. */
const slab = Uint8Array.from({ length: 2 ** 22 }, () => Math.random() * 256);

export async function deviceSection(): Promise<void> {
  using opened = await openDawnDevice();
  const { device } = opened;
  const timed = createTimer(device);
  const empty = await least(() => timed(() => {}));
  const code = `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
    @compute @workgroup_size(1) fn main() { x[0] = x[0] + 1.0; }`;
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
  const counted = device.createBuffer({ size: 16, usage: STORAGE });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: counted } }],
  });
  const dispatched = await least(() =>
    timed((encoder) => {
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let i = 0; i < DISPATCHES; i++) pass.dispatchWorkgroups(1);
      pass.end();
    }),
  );
  console.log(`the memory is copied at ${((await copySpeed(device)) / 1e6).toFixed(1)} GB/s, read and written`);
  console.log(`submit and wait for 4 bytes: ${empty.toFixed(3)} ms`);
  console.log(`a dispatch in a command buffer: ${(((dispatched - empty) / DISPATCHES) * 1000).toFixed(1)} us`);
  const nodes = 200;
  const g = new OnnxGraph("nodes", "webgpu");
  let value = g.input("x", "f32", [64]);
  const one = g.input("one", "f32", [64]);
  for (let i = 0; i < nodes; i++) value = g.node("Add", [value, one]);
  g.output("y", value, "f32", [64]);
  const session = await InferenceSession.create(g.serialize(), { executionProviders: ["webgpu"], logSeverityLevel: 3 });
  const x = new Tensor("float32", new Float32Array(64), [64]);
  const nodeMs = await least(() => milliseconds(() => session.run({ x, one: x })));
  console.log(`a node of onnxruntime: ${((nodeMs / nodes) * 1000).toFixed(1)} us, in a graph of ${nodes}`);
}

/** The experts of one layer: kernels of our own, and onnxruntime's wide FFN of all experts. */
export async function expertsSection({ untilMs, scale }: SectionOptions): Promise<void> {
  console.log("int4, random choices, one layer, with upload and read; read are the weights of chosen experts\n");
  console.log("| model | rows | own kernels | read | speed | onnxruntime's wide FFN |\n|---|---|---|---|---|---|");
  for (const name of ["mini", "flash"] as const) {
    const { model } = parseConfig(releasedShapes[name], name);
    const [hiddenSize, innerSize] = [model.hiddenSize / scale, model.moeIntermediateSize / scale];
    const { experts, topK } = model;
    const shape = { hiddenSize, innerSize, topK, maxExperts: experts, quantization: "int4" as const };
    const bytes = expertBytes(shape);
    const all = Array.from({ length: experts }, (_, id) => id);
    const weights: ExpertWeights = {
      layers: [all],
      open: async () => ({
        read: (buffer, _, count) =>
          buffer.endsWith("Scales") ? scaleBytes(bytes[buffer] * count) : randomBytes(bytes[buffer] * count),
        async [Symbol.asyncDispose]() {},
      }),
    };
    using device = await DeviceExperts.open(await openDawnDevice(), weights, { shape, naps: false });
    const config = { ...model, hiddenSize, moeIntermediateSize: innerSize };
    const wide = name === "mini" && innerSize % 128 === 0 ? await wideExperts(config) : undefined;
    for (const rows of ROWS) {
      if (Date.now() > untilMs) return console.log("no time is left for more rows");
      const chosen = BigInt64Array.from({ length: rows * topK }, () => BigInt(Math.floor(Math.random() * experts)));
      const routed = {
        layer: 0,
        hidden: Float32Array.from({ length: rows * hiddenSize }, () => Math.random() - 0.5),
        experts: chosen,
        weights: new Float32Array(rows * topK).fill(1 / topK),
        into: new Float32Array(rows * hiddenSize),
      };
      const ms = await least(() => milliseconds(() => device.run(routed)));
      const read = new Set(chosen).size * (bytes.gateUp + bytes.gateUpScales + bytes.down + bytes.downScales);
      const wideMs = wide === undefined ? undefined : await least(() => milliseconds(() => wide(rows)));
      const cells = [name, rows, `${ms.toFixed(2)} ms`, `${(read / 1e6).toFixed(0)} MB`, gigabytes(read, ms)];
      console.log(`| ${[...cells, wideMs === undefined ? "" : `${wideMs.toFixed(2)} ms`].join(" | ")} |`);
    }
  }
}

/** Products of onnxruntime at mini's widths. */
export async function productsSection({ untilMs, scale }: SectionOptions): Promise<void> {
  const { model } = parseConfig(releasedShapes.mini, "mini");
  const width = model.hiddenSize / scale;
  const products = [
    ["qkv", (model.heads + 2 * model.kvHeads) * model.headDim, "int4"],
    ["dense", model.hiddenSize, "int4"],
    ["head", model.vocabSize, "int8"],
  ] as const;
  console.log(`MatMulNBits of mini, ${width} columns, with upload and read\n`);
  console.log(
    `| product | rows of weights | bytes | ${ROWS.slice(0, 4)
      .map((rows) => `${rows} rows`)
      .join(" | ")} |`,
  );
  console.log("|---|---|---|---|---|---|---|");
  for (const [name, full, quantization] of products) {
    if (Date.now() > untilMs) return console.log("no time is left for more products");
    const columns = Math.ceil(full / scale);
    const g = new OnnxGraph(name, "webgpu");
    const x = g.input("x", "f32", ["T", width]);
    const y = project(g, x, matrix(name, [[name, columns, width]]), quantization);
    // The sum alone comes back, so that the table is about the product.
    g.output("sum", g.node("ReduceSum", [y, g.ints([1])], { attributes: { keepdims: 1 } }), "f32", ["T", 1]);
    const session = await openRandom(g);
    const times: string[] = [];
    for (const rows of ROWS.slice(0, 4)) {
      const feed = new Tensor("float32", new Float32Array(rows * width).fill(0.5), [rows, width]);
      times.push(`${(await least(() => milliseconds(() => session.run({ x: feed })))).toFixed(2)} ms`);
    }
    const bytes = g.weights.reduce((sum, weight) => sum + weightBytes(weight), 0);
    console.log(`| ${[name, columns, `${(bytes / 1e6).toFixed(0)} MB`, ...times].join(" | ")} |`);
    await session.release();
  }
}

async function wideExperts(config: Parameters<typeof maskedExperts>[3]["config"]) {
  const { experts, hiddenSize, topK } = config;
  const g = new OnnxGraph("wide", "webgpu");
  const [x, weights] = [g.input("x", "f32", ["T", hiddenSize]), g.input("weights", "f32", ["T", experts])];
  const local = Array.from({ length: experts }, (_, id) => id);
  const y = maskedExperts(g, x, weights, { prefix: "mlp", local, config, quantization: "int4" });
  g.output("y", y, "f32", ["T", hiddenSize]);
  const session = await openRandom(g);
  return (rows: number) =>
    session.run({
      x: new Tensor("float32", new Float32Array(rows * hiddenSize).fill(0.5), [rows, hiddenSize]),
      weights: new Tensor("float32", new Float32Array(rows * experts).fill(1 / topK), [rows, experts]),
    });
}

/** Opens a graph over random weights. */
async function openRandom(g: OnnxGraph): Promise<InferenceSession> {
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-bench-"));
  const places = new Map<string, ExternalData>();
  let offset = 0;
  for (const weight of g.weights) {
    const length = weightBytes(weight);
    places.set(weight.name, { location: "weights.bin", offset, length });
    offset += Math.ceil(length / 4096) * 4096;
  }
  try {
    await writeFile(join(folder, "weights.bin"), randomBytes(offset));
    await writeFile(join(folder, "graph.onnx"), g.serialize(places));
    return await InferenceSession.create(join(folder, "graph.onnx"), {
      executionProviders: ["webgpu"],
      logSeverityLevel: 3,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function* randomBytes(length: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < length; done += slab.length) yield slab.subarray(0, Math.min(slab.length, length - done));
}

async function* scaleBytes(length: number): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(new Float32Array(length / Float32Array.BYTES_PER_ELEMENT).fill(0.01).buffer);
}

function gigabytes(bytes: number, ms: number): string {
  return `${(bytes / ms / 1e6).toFixed(1)} GB/s`;
}
