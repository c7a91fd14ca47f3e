/** Counters of keys in the edge's own memory, for an edge without a fleet: a restart forgets them. */
import type { UsageStore } from "../ports.ts";

export function createMemoryUsage(): UsageStore {
  const values = new Map<string, object>();
  return {
    async update(keyId, change) {
      const [value, result] = change(values.get(keyId));
      values.set(keyId, value);
      return result;
    },
  };
}
