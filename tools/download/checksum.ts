/** Checksums of files, in the forms that hubs publish. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ContentId } from "./listing.ts";

/** Bytes per read: large enough that the disk is the bottleneck. */
const READ_BYTES = 1 << 20;

/** The digest in lower-case hexadecimal. A git blob id is SHA-1 over a header with the size, then the bytes. */
export async function contentDigest(
  path: string,
  sizeBytes: number,
  algorithm: ContentId["algorithm"],
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash(algorithm === "sha256" ? "sha256" : "sha1");
  if (algorithm === "git-blob") hash.update(`blob ${sizeBytes}\0`);
  await pipeline(createReadStream(path, { highWaterMark: READ_BYTES }), hash, { ...(signal && { signal }) });
  return hash.digest("hex");
}
