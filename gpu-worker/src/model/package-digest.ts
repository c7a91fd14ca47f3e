/** Digests by which the ranks of a replica check that they have the same package, split the same way. */
import { createHash } from "node:crypto";
import { type Manifest, shardPlan } from "./manifest.ts";

/** Digests are SHA-256, in 64 hexadecimal digits. */
export interface PackageIdentity {
  /**
   * Digest of everything in the manifest that affects the computation, checksums of the files included. Name and time of the
   * conversion are left out: two hosts that convert a checkpoint with the same options have the same package.
   */
  readonly packageDigest: string;
  /** Digest of the experts of each layer and rank. */
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
