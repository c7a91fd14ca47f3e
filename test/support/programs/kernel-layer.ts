/**
 * One MoE layer in kernels alone beside the graphs of a CPU package, for two blocks with pages of their own. Prints the largest
 * difference as a share of the largest value, and the number of dispatches, as JSON.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { parseConfig } from "../../../gpu-worker/src/model/config.ts";
import { layerGraph } from "../../../gpu-worker/src/model/package-plan.ts";
import { attentionInputs } from "../../../gpu-worker/src/runtime/attention-inputs.ts";
import { openDawnDevice } from "../../../gpu-worker/src/runtime/dawn.ts";
import { ExpertShard } from "../../../gpu-worker/src/runtime/expert-shard.ts";
import { openSessions, runGraph } from "../../../gpu-worker/src/runtime/package.ts";
import { RopeTables } from "../../../gpu-worker/src/runtime/rope-tables.ts";
import { openKernelLayer } from "../../bench/gpu/kernel-layer.ts";
import { tinyConfig } from "../models/checkpoint.ts";
import { writeRandomPackage } from "../models/random-package.ts";

export interface KernelLayerResult {
  readonly error: number;
  readonly dispatches: number;
}

const LAYER = 1;
const PAGES = [
  [4, 1, 0],
  [2, 5, 3],
] as const;

const folder = await mkdtemp(join(tmpdir(), "palimpsest-kernel-layer-"));
const { model: config } = parseConfig({ ...tinyConfig, hidden_size: 128, moe_intermediate_size: 64 }, "tiny");
const manifest = await writeRandomPackage(folder, { config, target: "cpu", quantization: "none", ranks: 1 });
const { blockLength } = manifest;
const { hiddenSize, kvHeads, headDim } = config;
const rows = PAGES.length * blockLength;
const random = (count: number): Float32Array => Float32Array.from({ length: count }, () => Math.random() * 4 - 2);
const [hidden, keys, values] = [
  random(rows * hiddenSize),
  random(PAGES.flat().length * kvHeads * blockLength * headDim),
  random(PAGES.flat().length * kvHeads * blockLength * headDim),
] as const;
const angles = new RopeTables(config, blockLength).at(PAGES.map((pages) => pages.length));

const sessions = await openSessions(folder, manifest, { threads: 1 });
const pool = (data: Float32Array) =>
  new Tensor("float32", data, [data.length / blockLength / headDim, blockLength, headDim]);
const out = await runGraph(sessions, layerGraph(LAYER), {
  hidden: new Tensor("float32", hidden, [rows, hiddenSize]),
  partials: new Tensor("float32", new Float32Array(0), [0, rows, hiddenSize]),
  ...angles,
  ...attentionInputs(
    PAGES.map((pages) => ({ pages, peers: [] })),
    kvHeads,
    blockLength,
  ),
  key_pool: pool(keys),
  value_pool: pool(values),
});
const {
  normed,
  experts,
  weights,
  hidden_out: before,
} = out as Record<"normed" | "experts" | "weights" | "hidden_out", Tensor>;
const routed = { hidden: normed, experts, weights };
const partial = await new ExpertShard(sessions, manifest, 0).run(LAYER, routed);
const expected = (before.data as Float32Array).map((value, i) => value + ((partial.data as Float32Array)[i] as number));

const { device } = await openDawnDevice();
const layer = await openKernelLayer(
  device,
  { folder, manifest, layer: LAYER },
  {
    ...{ rows, hidden, keys, values, pages: Uint32Array.from(PAGES.flat()) },
    cos: angles.cos.data as Float32Array,
    sin: angles.sin.data as Float32Array,
  },
);
const [MAP_READ, COPY_DST] = [0x01, 0x08];
const read = device.createBuffer({ size: expected.byteLength, usage: MAP_READ | COPY_DST });
const encoder = device.createCommandEncoder();
layer.record(encoder);
encoder.copyBufferToBuffer(layer.output, 0, read, 0, expected.byteLength);
device.queue.submit([encoder.finish()]);
await read.mapAsync(MAP_READ);
const found = new Float32Array(read.getMappedRange());
const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const apart = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? Number.NaN))), 0);
const result: KernelLayerResult = { error: apart / largest, dispatches: layer.dispatches };
console.log(JSON.stringify(result));
await rm(folder, { recursive: true });
process.exit(0);
