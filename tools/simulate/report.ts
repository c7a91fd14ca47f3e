/** Tables in Markdown. */
import type { Experiment } from "./experiment.ts";
import { quantile } from "./outcome.ts";

const SHARES = [0.5, 0.95, 0.99];

export function experimentTable(experiments: readonly Experiment[]): string {
  const head = ["replicas", "trace", "requests", "queue wait p50 / p95 / p99", "429", "503", "gave up"];
  const costs = ["replica-hours", "cheapest", "ratio"];
  return table([...head, ...costs], experiments.flatMap(rowsOf));
}

function rowsOf({ maxReplicas, shape, outcome, cheapestMs }: Experiment): string[][] {
  const { waits, hotWaits, rejected, unserved, failed, replicaMs } = outcome;
  const counts = [rejected, unserved, failed].map(thousands);
  const hours = (ms: number) => (ms / 3_600_000).toFixed(ms < 36_000_000 ? 1 : 0);
  const costs = [hours(replicaMs), hours(cheapestMs), (replicaMs / cheapestMs).toFixed(2)];
  const row = [thousands(maxReplicas), shape.name, thousands(waits.length), waitText(waits), ...counts, ...costs];
  if (hotWaits.length === 0) return [row];
  return [row, ["", "... its requests", thousands(hotWaits.length), waitText(hotWaits), ...Array(6).fill("")]];
}

/** Quantiles in seconds. */
export function waitText(sorted: ArrayLike<number>): string {
  const seconds = (ms: number) => (ms / 1_000).toFixed(ms < 9_950 ? 2 : 1);
  return `${SHARES.map((share) => seconds(quantile(sorted, share))).join(" / ")} s`;
}

export function thousands(count: number): string {
  return count.toLocaleString("en-US");
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((text, i) => Math.max(text.length, 3, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, i) => (cells[i] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
