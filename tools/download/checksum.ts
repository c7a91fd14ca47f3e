/** Whether a file on the disk is the one that a hub has. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { ContentId } from "./listing.ts";

/** Bytes read at once: large enough that the disk, not the reading, sets the pace. */
const READ_BYTES = 1 << 20;

/** In lower-case hexadecimal. git's own id is SHA-1 over a line with the size, then the bytes. */
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
