/** Space that a conversion needs: its files, the disk at its peak, and each rank's memory. It opens no files. */
import { LEADER } from "@palimpsest/gpu-worker/model/package-plan";
import type { GraphFile } from "@palimpsest/gpu-worker/model/weights";
import { weightFileBytes } from "./weight-file.ts";

/** Allowance for a graph file beside its weights; measured up to 0.3 MB for 256 experts. */
const GRAPH_ALLOWANCE_BYTES = 1 << 20;

/** The checkpoint's weight files and their tensors. */
export interface SourceFiles {
  readonly sizes: ReadonlyMap<string, number>;
  /** The file with a tensor; undefined if it is unknown or consumed. */
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

/** For each graph, the source files whose last reader it is. Files that no graph reads are in no list and never deleted. */
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

/** The most bytes that sources and package take together. With `consume` each source file is deleted after its last use. */
export function peakDiskBytes(graphs: readonly GraphFile[], sources: SourceFiles, consume: boolean): number {
  const uses = lastUses(graphs, sources);
  let used = sourceBytes(sources);
  let peak = used;
  for (const [i, graph] of graphs.entries()) {
    used += graphBytes(graph);
    peak = Math.max(peak, used);
    if (consume) used -= (uses[i] as string[]).reduce((sum, file) => sum + (sources.sizes.get(file) ?? 0), 0);
  }
  return peak;
}

/** Bytes of weights in each rank's memory. */
export function rankBytes(graphs: readonly GraphFile[], ranks: number): number[] {
  return Array.from({ length: ranks }, (_, rank) =>
    graphs.filter((graph) => graph.rank === rank).reduce((sum, { weights }) => sum + weightFileBytes(weights), 0),
  );
}

/** The rank with the keys and values. */
export const KV_RANK = LEADER;
