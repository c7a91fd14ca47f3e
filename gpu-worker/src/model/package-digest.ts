/** What two ranks compare to know that they hold the same package. */
import { createHash } from "node:crypto";
import type { Manifest } from "./manifest.ts";

/**
 * SHA-256 over everything in a manifest that decides what is computed and where: the files' own checksums, the graphs, and
 * which rank holds which experts. Neither its name nor the hour of its conversion: two hosts that convert one checkpoint
 * alike hold the same package.
 * @returns 64 hexadecimal digits
 */
export function packageDigest({ name: _name, created: _created, ...manifest }: Manifest): string {
  return createHash("sha256").update(JSON.stringify(manifest)).digest("hex");
}
