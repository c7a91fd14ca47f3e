/** What a conversion takes: its files, the disk at its worst moment, and each rank's memory. It opens no files. */
import { LEADER } from "@palimpsest/gpu-worker/model/package-plan";
import type { GraphFile } from "@palimpsest/gpu-worker/model/weights";
import { weightFileBytes } from "./weight-file.ts";

/** Room for a graph file beside its weights; measured up to 0.3 MB for 256 experts. */
const GRAPH_ALLOWANCE_BYTES = 1 << 20;

/** The checkpoint's files with weights, and which tensors they hold. */
export interface SourceFiles {
  readonly sizes: ReadonlyMap<string, number>;
  /** The file that holds a tensor; undefined where nobody knows, or it is used up. */
  fileOf(tensor: string): string | undefined;
}

/** Bytes of all source files. */
export function sourceBytes({ sizes }: SourceFiles): number {
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** Bytes of a graph's two files, at most. */
function graphBytes({ weights }: GraphFile): number {
  return weightFileBytes(weights) + GRAPH_ALLOWANCE_BYTES;
}

/** Bytes of all graphs' files, at most. */
export function packageBytes(graphs: readonly GraphFile[]): number {
  return graphs.reduce((sum, graph) => sum + graphBytes(graph), 0);
}

/** For each graph, the source files that no later one reads. Files that none reads are nobody's to delete. */
export function lastUses(graphs: readonly GraphFile[], sources: SourceFiles): string[][] {
  const last = new Map<string, number>();
  for (const [i, { weights }] of graphs.entries()) {
    for (const tensor of weights.flatMap((weight) => weight.sources)) {
      const file = sources.fileOf(tensor.name);
      if (file !== undefined) last.set(file, i);
    }
  }
  return graphs.map((_, i) => [...last].filter(([, at]) => at === i).map(([file]) => file));
}

/** The most that sources and package take together, deleting each source file after its last use where `consume` says so. */
export function peakDiskBytes(graphs: readonly GraphFile[], sources: SourceFiles, consume: boolean): number {
  const uses = lastUses(graphs, sources);
  let held = sourceBytes(sources);
  let peak = held;
  for (const [i, graph] of graphs.entries()) {
    held += graphBytes(graph);
    peak = Math.max(peak, held);
    if (consume) held -= (uses[i] as string[]).reduce((sum, file) => sum + (sources.sizes.get(file) ?? 0), 0);
  }
  return peak;
}

/** Bytes of weights that each rank keeps in memory. */
export function rankBytes(graphs: readonly GraphFile[], ranks: number): number[] {
  return Array.from({ length: ranks }, (_, rank) =>
    graphs.filter((graph) => graph.rank === rank).reduce((sum, { weights }) => sum + weightFileBytes(weights), 0),
  );
}

/** The rank that holds the keys and values. */
export const KV_RANK = LEADER;
