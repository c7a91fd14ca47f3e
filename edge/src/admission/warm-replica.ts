import type { GenerateRequest } from "@palimpsest/proto";

/**
 * Which replica has probably computed a conversation's beginning: the same for every edge, without a word between them. It
 * knows no network and no cache: rendezvous hashing over the beginning, bounded by how busy replicas are.
 */

/** Above its fair share by so much, a replica is passed over: warm pages are worth no queue. */
const BOUND = 1.25;
/** Of a plain text, which has no messages: what templates and instructions have in common is longer. UTF-16 units. */
const TEXT_PREFIX = 512;

export interface ReplicaLoad {
  readonly replicaId: string;
  readonly running: number;
  readonly capacity: number;
}

/** Undefined when all have as much as they should. */
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

/** What all turns of one conversation begin with, and what no two tenants share. */
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

/** FNV-1a, then mixed: neighbours in name are none in rank. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
