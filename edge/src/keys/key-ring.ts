/** The keys of all sources of this server, and how a request's secret is looked up. */
import { hex, sha256 } from "../digest.ts";
import type { ApiKey, Clock, KeySecret, Keys } from "../ports.ts";

/** Length of the part of a digest that the keys are sorted by, in hexadecimal digits. */
const PREFIX = 8;

interface Candidate {
  readonly key: ApiKey;
  readonly secret: KeySecret;
}

export class KeyRing implements Keys {
  readonly #clock: Clock;
  readonly #sources = new Map<string, readonly ApiKey[]>();
  #candidates = new Map<string, Candidate[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Replaces the keys of a source. */
  set(source: string, keys: readonly ApiKey[]): void {
    this.#sources.set(source, keys);
    this.#candidates = new Map();
    for (const key of [...this.#sources.values()].flat()) {
      for (const secret of key.secrets) {
        const prefix = prefixOf(secret.digest);
        const candidates = this.#candidates.get(prefix) ?? [];
        candidates.push({ key, secret });
        this.#candidates.set(prefix, candidates);
      }
    }
  }

  async find(secret: string): Promise<ApiKey | undefined> {
    const sent = await sha256(secret);
    // The time may tell whether a prefix of the digest is known, which helps nobody to find a secret with that digest. The
    // rest is compared in constant time.
    const candidates = this.#candidates.get(prefixOf(sent)) ?? [];
    const matches = candidates.filter((candidate) => isEqual(candidate.secret.digest, sent));
    return matches.find(({ secret: { expiresMs } }) => expiresMs === undefined || this.#clock.now() < expiresMs)?.key;
  }
}

function prefixOf(digest: Uint8Array): string {
  return hex(digest.subarray(0, PREFIX / 2));
}

/** Looks at every byte, also after the first difference. */
function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
