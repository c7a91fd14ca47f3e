/** What each rank of a package reads. */
import type { Manifest } from "../src/model/manifest.ts";

/** Bytes of a rank's graphs and their weights: what it needs in memory, K/V and working memory apart. */
export function rankBytes({ graphs, files }: Manifest, rank: number): number {
  const own = new Set(
    graphs.filter((graph) => graph.rank === rank).flatMap(({ name }) => [`${name}.onnx`, `${name}.bin`]),
  );
  return files.reduce((sum, { path, sizeBytes }) => sum + (own.has(path) ? sizeBytes : 0), 0);
}
