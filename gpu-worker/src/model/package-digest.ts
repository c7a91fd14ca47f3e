/** What the ranks of a replica compare to know that they hold the same package, split the same way. */
import { createHash } from "node:crypto";
import { type Manifest, shardPlan } from "./manifest.ts";

/** Digests are SHA-256, in 64 hexadecimal digits. */
export interface PackageIdentity {
  /**
   * Over everything in a manifest that decides what is computed, and the checksums of its files. Neither its name nor the hour
   * of its conversion: two hosts that convert one checkpoint alike hold the same package.
   */
  readonly packageDigest: string;
  /** Over which rank holds which experts of which layer. */
  readonly planDigest: string;
  readonly ranks: number;
}

export function packageIdentity(manifest: Manifest): PackageIdentity {
  const { name: _name, created: _created, shards: _shards, ...computed } = manifest;
  return { packageDigest: digest(computed), planDigest: digest(shardPlan(manifest)), ranks: manifest.ranks };
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
