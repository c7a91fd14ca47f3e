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
  const open = replicas.filter((replica) => replica.running < Math.ceil(share * replica.capacity));
  const [best] = open
    .map(({ replicaId }) => ({ replicaId, rank: hash(`${prefix}\0${replicaId}`) }))
    .sort((a, b) => b.rank - a.rank || (a.replicaId < b.replicaId ? -1 : 1));
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

/** FNV-1a, then mixed, so that similar names get unrelated ranks. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
