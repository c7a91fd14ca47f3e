/** Sizes of the ranks of a package. */
import { graphsOf, type Manifest } from "@palimpsest/gpu-worker/model/manifest";

/**
 * Bytes of a rank's graphs and their weights: its memory without K/V cache and working memory.
 * @param leads true if the rank leads sequences; by default only rank 0 does
 */
export function rankBytes(manifest: Manifest, rank: number, leads?: boolean): number {
  const own = new Set(graphsOf(manifest, rank, leads).flatMap(({ name }) => [`${name}.onnx`, `${name}.bin`]));
  return manifest.files.reduce((sum, { path, sizeBytes }) => sum + (own.has(path) ? sizeBytes : 0), 0);
}
