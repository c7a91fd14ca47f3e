/** Counters of keys in the edge's own memory, for an edge without a fleet: a restart forgets them. */
import type { UsageStore } from "../ports.ts";

export function createMemoryUsage(): UsageStore {
  const texts = new Map<string, string>();
  return {
    async update(keyId, change) {
      const [text, result] = change(texts.get(keyId));
      texts.set(keyId, text);
      return result;
    },
  };
}
