/**
 * Estimates a step of flash on other machines: bytes divided by speeds of data sheets, and an exchange's own cost as
 * measured on CPUs. Nothing here ran on a GPU; the measured point is printed next to the estimate for it.
 */

import { type ModelConfig, parseConfig } from "../../gpu-worker/src/model/config.ts";
import { EMBEDDING_GRAPH, isExpertGraph, kvTokenBytes, planPackage } from "../../gpu-worker/src/model/package-plan.ts";
import { weightBytes } from "../../gpu-worker/src/model/weights.ts";
import { releasedShapes } from "../../tools/convert/released-shapes.ts";
import { type Exchange, rowShare, stepTime } from "./step-model.ts";

const ROWS = 32;
const CONTEXT = 1024;
const RANKS = 4;

/** H100 SXM, data sheet. */
const DEVICE_BYTES_PER_MS = 3.35e12 / 1000;
/** Shares of the data sheet's speed. The first is a bound; the speed that the graphs reach is unknown. */
const SPEED_SHARES = [1, 0.5];

/** Measured: docs/results/benchmarks.md, a model of the released size; a layer of flash over four ranks. */
const DISTINCT_EXPERTS = 100;
const SKEW = 1.15;

interface Link {
  readonly name: string;
  readonly bytesPerSecond: number;
  /** An assumption. */
  readonly roundTripMs: number;
  /** Own costs of an exchange of 32 rows: measured on CPUs (docs/results/benchmarks.md), or the target. */
  readonly ownMs: readonly number[];
}

/** In messages; over shared memory beside 0.5 ms of the rank's work. */
const THREADS = [0.41, 0.14];
/** Measured; the target. */
const SOCKETS = [6.83, 1];

const links: readonly Link[] = [
  { name: "4 GPUs, PCIe 4.0 x16", bytesPerSecond: 31.5e9, roundTripMs: 0.02, ownMs: THREADS },
  { name: "4 GPUs, NVLink 4", bytesPerSecond: 450e9, roundTripMs: 0.02, ownMs: THREADS },
  { name: "4 hosts, 25 Gb/s", bytesPerSecond: 25e9 / 8, roundTripMs: 0.1, ownMs: SOCKETS },
  { name: "4 hosts, 100 Gb/s", bytesPerSecond: 100e9 / 8, roundTripMs: 0.1, ownMs: SOCKETS },
  { name: "4 hosts, 400 Gb/s", bytesPerSecond: 400e9 / 8, roundTripMs: 0.1, ownMs: SOCKETS },
];

/**
 * LLaDA2.1 report, tables 1 and 3: tokens per forward in speed mode, and tokens per second of flash in FP8; the
 * hardware is not named.
 */
const published = [
  { name: "HumanEval+", tpf: 13.81, tokensPerSecond: 892 },
  { name: "BigCodeBench", tpf: 8.51, tokensPerSecond: 801 },
  { name: "LiveCodeBench", tpf: 6.48, tokensPerSecond: 663 },
];

export function benchWhatIf(): Promise<void> {
  const { model } = parseConfig(releasedShapes.flash, "config.json");
  const { leaderBytes, layerExpertBytes, moeLayers } = touchedBytes(model);
  const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(`flash, int4, f16 between ranks, one sequence: a block of ${ROWS} rows after ${CONTEXT} cached tokens`);
  console.log(
    `a step reads ${mega(leaderBytes)} on the leader and ${mega(layerExpertBytes)} of experts in each of ${moeLayers} layers`,
  );
  console.log(`${DISTINCT_EXPERTS} experts a layer; the slowest rank has ${SKEW} of an equal share\n`);
  const columns = published.map(({ name, tokensPerSecond }) => `${name} (${tokensPerSecond})`).join(" | ");
  console.log(
    `| ranks and link | speed of the data sheet | own cost a layer | step | experts | exchange | ${columns} |`,
  );
  console.log(`|---|---|---|---|---|---|${published.map(() => "---|").join("")}`);
  for (const link of links) {
    for (const ownMs of link.ownMs) {
      for (const share of SPEED_SHARES) {
        const bytesPerMs = DEVICE_BYTES_PER_MS * share;
        const work = { leaderMs: leaderBytes / bytesPerMs, layerExpertsMs: layerExpertBytes / bytesPerMs, moeLayers };
        const { totalMs, expertsMs, exchangeMs } = stepTime(work, exchangeOver(link, ownMs, model), RANKS, SKEW);
        const cells = [
          link.name,
          `${share * 100} %`,
          `${ownMs} ms`,
          ...[totalMs, expertsMs, exchangeMs].map((ms) => `${ms.toFixed(1)} ms`),
          ...published.map(({ tpf }) => ((1000 * tpf) / totalMs).toFixed(0)),
        ];
        console.log(`| ${cells.join(" | ")} |`);
      }
    }
  }
  return Promise.resolve();
}

function exchangeOver({ bytesPerSecond, roundTripMs }: Link, ownMs: number, model: ModelConfig): Exchange {
  return {
    rows: ROWS,
    rowBytes: model.hiddenSize * Uint16Array.BYTES_PER_ELEMENT,
    rowShare: rowShare(model.expertGroups, model.topKGroups, RANKS),
    bytesPerMs: bytesPerSecond / 1000,
    roundTripMs,
    ownMs,
  };
}

/**
 * Bytes that a step reads: the leader's without any experts, and one layer's routed experts. Rows of the embedding are
 * not included.
 */
function touchedBytes(model: ModelConfig): { leaderBytes: number; layerExpertBytes: number; moeLayers: number } {
  const moeLayers = model.layers - model.denseLayers;
  let [leaderBytes, expertBytes] = [kvTokenBytes(model, "cuda") * CONTEXT, 0];
  for (const { name, weights } of planPackage(model, {
    target: "cuda",
    quantization: "int4",
    ranks: 1,
    maskToken: 0,
  })) {
    const bytes = weights.reduce((sum, weight) => sum + weightBytes(weight), 0);
    if (isExpertGraph(name)) expertBytes += bytes;
    else if (name !== EMBEDDING_GRAPH) leaderBytes += bytes;
  }
  return { leaderBytes, layerExpertBytes: (expertBytes / moeLayers) * (DISTINCT_EXPERTS / model.experts), moeLayers };
}
