/** The minimum time for the bytes and operations of a run's forwards, graph by graph. */
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import {
  EMBEDDING_GRAPH,
  expertGraph,
  HEAD_GRAPH,
  isExpertGraph,
  planPackage,
} from "../../../gpu-worker/src/model/package-plan.ts";
import { type Weight, weightBytes } from "../../../gpu-worker/src/model/weights.ts";
import type { BlockInput } from "../../../gpu-worker/src/runtime/attention-inputs.ts";
import { Forward } from "../../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../../gpu-worker/src/runtime/kv-tensors.ts";
import type { ModelOptions } from "../../../gpu-worker/src/runtime/model.ts";
import { openSessions } from "../../../gpu-worker/src/runtime/package.ts";
import { readBandwidth } from "../bandwidth.ts";
import { timed } from "../timed.ts";

/** Blocks of the forward that determines a graph's operations per second. */
const PEAK_BLOCKS = 16;
const PEAK_RUNS = 6;

/**
 * The work of a run's forwards. Attention over cached keys and the router's scores are left out: both are small here.
 */
export interface ForwardRecord {
  /** Rows through the layers; the head computes equally many. */
  rows: number;
  /** Distinct experts of each layer with experts. */
  readonly experts: number[];
}

export interface Machine {
  readonly bytesPerSecond: number;
  readonly operationsPerSecond: number;
}

/** Collects a record per forward. */
export function recorder({ config }: Manifest): {
  records: ForwardRecord[];
  onRoute: NonNullable<ModelOptions["onRoute"]>;
} {
  const records: ForwardRecord[] = [];
  const onRoute: NonNullable<ModelOptions["onRoute"]> = (layer, chosen) => {
    if (layer === config.denseLayers) records.push({ rows: chosen.length / config.topK, experts: [] });
    records.at(-1)?.experts.push(new Set(chosen).size);
  };
  return { records, onRoute };
}

/** Bytes and multiply-adds of each graph's weights; for a graph with experts, of all of them. */
export function graphCosts(manifest: Manifest): Map<string, { bytes: number; weights: number }> {
  const { config, target, quantization, ranks, maskToken } = manifest;
  const plan = planPackage(config, { target, quantization, ranks, maskToken });
  const sum = (weights: readonly Weight[], of: (weight: Weight) => number): number =>
    weights.reduce((total, weight) => total + of(weight), 0);
  return new Map(
    plan
      .filter(({ name }) => name !== EMBEDDING_GRAPH)
      .map(({ name, weights }) => [name, { bytes: sum(weights, weightBytes), weights: sum(weights, matrixElements) }]),
  );
}

/** Minimum seconds of the forwards: for each graph the longer of reading its used bytes and computing. */
export function boundSeconds(records: readonly ForwardRecord[], manifest: Manifest, machine: Machine): number {
  const { config } = manifest;
  const costs = [...graphCosts(manifest)];
  let seconds = 0;
  for (const { rows, experts } of records) {
    for (const [name, { bytes, weights }] of costs) {
      const layer = isExpertGraph(name)
        ? experts.findIndex((_, i) => name === expertGraph(config.denseLayers + i, 0))
        : -1;
      const touched = layer >= 0 ? (experts[layer] as number) / config.experts : 1;
      const used = layer >= 0 ? config.topK / config.experts : 1;
      const readSeconds = (bytes * touched) / machine.bytesPerSecond;
      const computeSeconds = (2 * weights * used * rows) / machine.operationsPerSecond;
      seconds += Math.max(readSeconds, computeSeconds);
    }
  }
  return seconds;
}

/**
 * Measures this machine's memory bandwidth, and the most operations per second that a graph of this model reaches with
 * many rows.
 */
export async function measureMachine(folder: string, manifest: Manifest, threads: number): Promise<Machine> {
  const bytesPerSecond = await readBandwidth(threads);
  const { config, blockLength } = manifest;
  const costs = graphCosts(manifest);
  const rows = PEAK_BLOCKS * blockLength;
  const timer = new Map<string, number>();
  const sessions = await openSessions(folder, manifest, { threads });
  const forward = new Forward(timed(sessions, timer), manifest, new KvTensors(manifest, 1));
  const blocks = Array.from({ length: PEAK_BLOCKS }, (_, b): Omit<BlockInput, "cells"> => {
    return {
      tokens: Array.from({ length: blockLength }, (_, i) => (b * 7919 + i * 31) % config.vocabSize),
      pages: [],
      peers: [],
    };
  });
  let operationsPerSecond = 0;
  for (let run = 0; run < PEAK_RUNS; run++) {
    timer.clear();
    await forward.head(
      await forward.layers(blocks),
      Array.from({ length: rows }, (_, row) => row),
    );
    for (const [name, ms] of timer) {
      const used = isExpertGraph(name) ? config.topK / config.experts : 1;
      const operations = 2 * (costs.get(name)?.weights ?? 0) * used * rows;
      operationsPerSecond = Math.max(operationsPerSecond, operations / (ms / 1000));
    }
  }
  for (const session of sessions.values()) await session.release();
  return { bytesPerSecond, operationsPerSecond };
}

/** Prints the components of the bound, for a forward of one block and of `blocks`. */
export function describeRoofline(
  manifest: Manifest,
  { bytesPerSecond, operationsPerSecond }: Machine,
  threads: number,
): void {
  const { config } = manifest;
  const costs = [...graphCosts(manifest)];
  const total = (holds: (name: string) => boolean) => ({
    bytes: costs.reduce((sum, [name, { bytes }]) => sum + (holds(name) ? bytes : 0), 0),
    weights: costs.reduce((sum, [name, { weights }]) => sum + (holds(name) ? weights : 0), 0),
  });
  const experts = total(isExpertGraph);
  const head = total((name) => name === HEAD_GRAPH);
  const rest = total((name) => name !== HEAD_GRAPH && !isExpertGraph(name));
  const layers = config.layers - config.denseLayers;
  const millions = (value: number): string => (value / 1e6).toFixed(1);
  const rows = PEAK_BLOCKS * manifest.blockLength;
  console.log(`threads: ${threads}; memory is read at ${(bytesPerSecond / 1e9).toFixed(1)} GB/s;`);
  console.log(`the most that a graph reaches, at ${rows} rows: ${(operationsPerSecond / 1e9).toFixed(0)} GOP/s`);
  console.log("a forward takes at the least, graph by graph, the longer of bytes and operations at these speeds:");
  console.log(`layers: ${millions(rest.bytes)} MB, 2 x ${millions(rest.weights)}M operations a row`);
  const expertBytes = experts.bytes / layers / config.experts;
  const expertWeights = (experts.weights / config.experts) * config.topK;
  console.log(`experts of ${layers} layers: ${millions(expertBytes)} MB for each one touched in each layer,`);
  console.log(`2 x ${millions(expertWeights)}M operations a row`);
  console.log(`head: ${millions(head.bytes)} MB, 2 x ${millions(head.weights)}M operations a row\n`);
}

/** Number of multiplied weights: a matrix's, without its scales. */
function matrixElements({ encoding, bits, dims }: Weight): number {
  if (encoding === "scales" || encoding === "f16-scales" || dims.length < 2) return 0;
  const stored = dims.reduce((product, dim) => product * dim, 1);
  return encoding === "quantized" ? (stored * 8) / bits : stored;
}
