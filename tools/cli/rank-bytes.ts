/** What each rank of a package reads. */
import { graphsOf, type Manifest } from "@palimpsest/gpu-worker/model/manifest";

/**
 * Bytes of a rank's graphs and their weights: what it needs in memory, K/V and working memory apart.
 * @param leads whether it leads sequences; rank 0 does in any case
 */
export function rankBytes(manifest: Manifest, rank: number, leads?: boolean): number {
  const own = new Set(graphsOf(manifest, rank, leads).flatMap(({ name }) => [`${name}.onnx`, `${name}.bin`]));
  return manifest.files.reduce((sum, { path, sizeBytes }) => sum + (own.has(path) ? sizeBytes : 0), 0);
}
