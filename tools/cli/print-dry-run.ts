/** Prints the result of `palimpsest convert --dry-run`. */
import { type DryRun, type DryRunOptions, dryRun, memoryBytes } from "../convert/dry-run.ts";
import { formatBytes } from "./units.ts";

/** Memory of common cards. */
const CARDS = [
  ["L4", 24],
  ["L40S", 48],
  ["H100", 80],
  ["H200", 141],
  ["B200", 180],
].map(([name, gigabytes]) => ({ name: String(name), sizeBytes: Number(gigabytes) * 1e9 }));

/** Share of a card's memory for weights and cache; activations and the runtime need the rest. */
const USABLE_SHARE = 0.9;

const SOURCE_OF_SIZES: Readonly<Record<DryRun["sizesFrom"], string>> = {
  files: "",
  list: ", by the hub's list",
  configuration: ", by its configuration: the weights are not there",
};

export async function printDryRun(options: DryRunOptions, target: string, replace: boolean): Promise<void> {
  const run = await dryRun(options, target, replace);
  const line = (label: string, text: string): void => console.log(`${label.padEnd(14)}${text}`);
  line("package", `${formatBytes(run.packageBytes)} at most, in ${target}`);
  for (const { kind, graphs, sizeBytes } of run.kinds) {
    line(`  ${kind}`, `${formatBytes(sizeBytes)} in ${graphs} ${graphs === 1 ? "graph" : "graphs"}`);
  }
  run.rankBytes.forEach((sizeBytes, rank) => {
    const needed = memoryBytes(run, rank);
    const cache = needed > sizeBytes ? `, ${formatBytes(run.kvBytes)} of keys and values` : "";
    const fits = CARDS.filter((card) => needed <= card.sizeBytes * USABLE_SHARE).map(({ name }) => name);
    line(
      `rank ${rank}`,
      `${formatBytes(sizeBytes)} of weights${cache}; fits on ${fits.join(", ") || "none of the known cards"}`,
    );
  });
  line(
    "context",
    `${run.model.maxPositions} tokens, one sequence; a tenth of each card is reserved for activations and the runtime`,
  );
  line("checkpoint", `${formatBytes(run.sourceBytes)}${SOURCE_OF_SIZES[run.sizesFrom]}`);
  line(
    "disk",
    `${formatBytes(run.peakBytes)} at most with the checkpoint, ${formatBytes(run.peakBytesConsuming)} with --consume`,
  );
  line("free", formatBytes(run.freeBytes));
  if (run.finishedFiles > 0) line("resumes", `after ${run.finishedFiles} of ${run.weightFiles} weight files`);
}
