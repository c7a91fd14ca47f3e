/** The tables of `bench -- flash`. */
import type { ModelConfig } from "../../../gpu-worker/src/model/config.ts";
import type { DecodeFigures, EqualityFigures, StepFigures } from "./sections.ts";

/** Published for 2.1-flash in speed mode on HumanEval+ (LLaDA2.1 report, table 3). */
const PUBLISHED_TPF = 13.81;

export function reportEquality(found: readonly EqualityFigures[], ranks: readonly number[]): void {
  console.log("two layers of the full width behind a dense one, a vocabulary of 8192, one block of 32 rows\n");
  console.log(
    "| ranks | largest difference from 1 rank | of rms | equal tokens | processor time of a layer's experts, by rank |",
  );
  console.log("|---|---|---|---|---|");
  const first = found[0] as EqualityFigures;
  const expected = floats(first.hidden);
  const rms = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / expected.length);
  for (const [i, figures] of found.entries()) {
    const values = floats(figures.hidden);
    const largest = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (values[at] as number))), 0);
    const equal = figures.tokens.filter((token, cell) => token === first.tokens[cell]).length;
    const times = figures.rankMs.map((ms) => `${ms.toFixed(1)} ms`).join(", ");
    const cells = [ranks[i], largest.toExponential(1), (largest / rms).toExponential(1)];
    console.log(`| ${[...cells, `${equal} of ${first.tokens.length}`, times].join(" | ")} |`);
  }
  console.log();
}

/** The time of a forward goes along the leader and the slowest rank of each layer. */
export function reportDecode(shape: string, { steps, tokens, openMs, openedBytes, ...memory }: DecodeFigures): void {
  console.log(
    `\n${shape}: opened in ${seconds(openMs)} with ${giga(openedBytes)} from the disk; decoded ${tokens} tokens`,
  );
  console.log(
    `peak memory ${giga(memory.residentBytes)} with mapped pages; at the end ${giga(memory.ownBytes)} without\n`,
  );
  console.log("| forward of | whole | disk | compute | no core free | exchange | read | at |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const step of steps) {
    const { diskMs, computeMs, queuedMs } = splitStep(step);
    const cells = [
      `${step.blocks} block${step.blocks > 1 ? "s" : ""}`,
      ...[step.wallMs, diskMs, computeMs, queuedMs].map(seconds),
      `${step.exchangeMs.toFixed(0)} ms`,
      giga(step.readBytes),
      `${(step.readBytes / step.wallMs / 1e3).toFixed(0)} MB/s`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

/**
 * The threads' time in graphs that was neither computing nor waiting for a core is waiting for the disk. The path through a
 * forward is divided as the sum of all threads is.
 */
export function splitStep(step: StepFigures): { diskMs: number; computeMs: number; queuedMs: number } {
  const { layersMs, headMs, slowestMs, expertsMs, cpuMs, queuedMs } = step;
  const busyMs = layersMs + headMs + expertsMs;
  const pathMs = layersMs + headMs + slowestMs;
  const diskMs = Math.max(0, busyMs - cpuMs - queuedMs);
  const sumMs = diskMs + cpuMs + queuedMs;
  return {
    diskMs: (pathMs * diskMs) / sumMs,
    computeMs: (pathMs * cpuMs) / sumMs,
    queuedMs: (pathMs * queuedMs) / sumMs,
  };
}

/** A step if all weights were in memory and each rank had a core: measured parts, multiplied by the number of layers. */
export function reportInMemory(
  { layers, denseLayers }: ModelConfig,
  { equality, decode }: { readonly equality: EqualityFigures; readonly decode: DecodeFigures },
): void {
  const moeLayers = layers - denseLayers;
  const headMs = Math.min(...decode.steps.map(({ headCpuMs }) => headCpuMs));
  const slowestMs = Math.max(...equality.rankMs);
  const { denseMs, layerMs } = equality;
  const exchangeMs = Math.min(...decode.steps.map(({ exchangeMs }) => exchangeMs)) / moeLayers;
  const stepMs = denseMs + moeLayers * (layerMs + slowestMs + exchangeMs) + headMs;
  console.log("\nwith all weights in memory and a core for each rank, from processor times and the least exchange\n");
  console.log(
    "| embedding, dense layer | a layer | its slowest rank | its exchange | layers | head | step | tokens/s |",
  );
  console.log("|---|---|---|---|---|---|---|---|");
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const cells = [
    ms(denseMs),
    ms(layerMs),
    ms(slowestMs),
    `${exchangeMs.toFixed(2)} ms`,
    moeLayers,
    ms(headMs),
    ms(stepMs),
  ];
  console.log(`| ${[...cells, ((1000 * PUBLISHED_TPF) / stepMs).toFixed(0)].join(" | ")} |`);
  console.log(`tokens per second with the published ${PUBLISHED_TPF} tokens per forward; these weights are random`);
}

function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, "base64"));
  return new Float32Array(bytes.buffer);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function giga(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
