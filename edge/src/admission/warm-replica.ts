import type { GenerateRequest } from "@palimpsest/proto";

/**
 * Guesses which replica has a conversation's beginning in its cache. All edges agree without communication: rendezvous
 * hashing over the beginning, bounded by the load of the replicas.
 */

/** A replica this far above its fair share is skipped: a warm cache is not worth waiting for. */
const BOUND = 1.25;
/** Length of a plain text's beginning, in UTF-16 units or tokens. Shared instructions are longer. */
const TEXT_PREFIX = 512;

export interface ReplicaLoad {
  readonly replicaId: string;
  readonly running: number;
  readonly capacity: number;
}

/** The preferred replica; undefined when every replica is at its fair share. */
export function warmReplica(prefix: string, replicas: readonly ReplicaLoad[]): string | undefined {
  const capacity = replicas.reduce((sum, replica) => sum + replica.capacity, 0);
  const running = replicas.reduce((sum, replica) => sum + replica.running, 0);
  const share = (BOUND * (running + 1)) / Math.max(1, capacity);
  const beginning = hash(FNV_OFFSET, `${prefix}\0`);
  let best: { readonly replicaId: string; readonly rank: number } | undefined;
  for (const { replicaId, running: own, capacity: slots } of replicas) {
    if (own >= Math.ceil(share * slots)) continue;
    const rank = mix(hash(beginning, replicaId));
    const isBetter = best === undefined || rank > best.rank || (rank === best.rank && replicaId < best.replicaId);
    if (isBetter) best = { replicaId, rank };
  }
  return best?.replicaId;
}

/** Identifies a conversation's beginning: the same for all its turns, and different for every tenant. */
export function prefixOf({ model, prompt, cacheScope = "" }: GenerateRequest): string {
  return JSON.stringify([model, cacheScope, beginning(prompt)]);
}

function beginning(prompt: GenerateRequest["prompt"]): unknown {
  switch (prompt.kind) {
    case "chat": {
      const first = prompt.messages.findIndex(({ role }) => role === "user");
      return [prompt.tools, prompt.messages.slice(0, first < 0 ? 1 : first + 1)];
    }
    case "text":
      return prompt.text.slice(0, TEXT_PREFIX);
    case "tokens":
      return prompt.tokens.slice(0, TEXT_PREFIX);
  }
}

const FNV_OFFSET = 0x811c9dc5;

/** FNV-1a, continued from the hash of what comes before: a long beginning is read once, and not for each replica. */
function hash(before: number, text: string): number {
  let value = before;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}

/** Gives similar names unrelated ranks. */
function mix(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
