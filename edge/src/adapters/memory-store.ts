/** Stored responses in the edge's own memory, for an edge without a fleet: a restart loses them. */
import type { Clock, ResponseStore } from "../ports.ts";

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Time from the creation of a response to its expiry. */
  readonly ageMs: number;
  /** The most text of all owners together. The oldest responses are dropped first. */
  readonly maxBytes: number;
}

interface Entry {
  readonly text: string;
  readonly expiresMs: number;
}

/** A JavaScript string takes two bytes per unit at most. */
const BYTES_PER_UNIT = 2;

export function createMemoryStore({ clock, ageMs, maxBytes }: MemoryStoreOptions): ResponseStore {
  /** In the order of creation, in which they expire. */
  const entries = new Map<string, Entry>();
  let bytes = 0;

  const sizeOf = ({ text }: Entry) => text.length * BYTES_PER_UNIT;
  const drop = (key: string) => {
    const entry = entries.get(key);
    if (entry) bytes -= sizeOf(entry);
    return entries.delete(key);
  };
  const put = (key: string, entry: Entry) => {
    const before = entries.get(key);
    bytes += sizeOf(entry) - (before ? sizeOf(before) : 0);
    // An entry that is replaced keeps its place.
    entries.set(key, entry);
    dropOld();
  };
  const dropOld = () => {
    const now = clock.monotonic();
    for (const [key, { expiresMs }] of entries) {
      if (bytes <= maxBytes && expiresMs > now) return;
      drop(key);
    }
  };

  return {
    async read(owner, responseId) {
      dropOld();
      return entries.get(keyOf(owner, responseId))?.text;
    },
    async create(owner, responseId, text) {
      put(keyOf(owner, responseId), { text, expiresMs: clock.monotonic() + ageMs });
    },
    async replace(owner, responseId, text) {
      const key = keyOf(owner, responseId);
      const before = entries.get(key);
      if (before) put(key, { ...before, text });
    },
    async delete(owner, responseId) {
      return drop(keyOf(owner, responseId));
    },
  };
}

function keyOf(owner: string, responseId: string): string {
  return JSON.stringify([owner, responseId]);
}
