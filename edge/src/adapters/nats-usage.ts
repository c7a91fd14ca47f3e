/**
 * Counters of keys in NATS, where all edges of the fleet share them. A key's text is replaced by compare-and-set, so no
 * count is lost. Changes that arrive while a write is under way are written together by the next.
 */
import type { KV } from "@nats-io/kv";
import { isOvertaken } from "@palimpsest/fleet";
import type { UsageStore } from "../ports.ts";
import type { FleetConnection } from "./fleet-connection.ts";

interface Change {
  apply(text: string | undefined): readonly [text: string, result: unknown];
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Known {
  readonly text: string;
  readonly revision: number;
}

interface Counter {
  waiting: Change[];
  isWriting: boolean;
  /** The text as this edge has last written or read it. */
  known: Known | undefined;
}

export class NatsUsage implements UsageStore {
  readonly #fleet: FleetConnection;
  readonly #counters = new Map<string, Counter>();

  constructor(fleet: FleetConnection) {
    this.#fleet = fleet;
  }

  update<T>(keyId: string, change: (text: string | undefined) => readonly [text: string, result: T]): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const counter = this.#counters.get(keyId) ?? { waiting: [], isWriting: false, known: undefined };
    this.#counters.set(keyId, counter);
    counter.waiting.push({ apply: change, resolve: (result) => resolve(result as T), reject });
    void this.#writeAll(keyId, counter);
    return promise;
  }

  async #writeAll(keyId: string, counter: Counter): Promise<void> {
    if (counter.isWriting) return;
    counter.isWriting = true;
    while (counter.waiting.length > 0) {
      const changes = counter.waiting;
      counter.waiting = [];
      try {
        const results = await this.#fleet.retry(() => this.#write(keyId, counter, changes));
        for (const [i, change] of changes.entries()) change.resolve(results[i]);
      } catch (error) {
        for (const change of changes) change.reject(error);
      }
    }
    counter.isWriting = false;
  }

  async #write(keyId: string, counter: Counter, changes: readonly Change[]): Promise<unknown[]> {
    const { usage } = await this.#fleet.link.keyBuckets();
    for (;;) {
      const before = counter.known ?? (await read(usage, keyId));
      let text = before?.text;
      const results = changes.map((change) => {
        const [changed, result] = change.apply(text);
        text = changed;
        return result;
      });
      // Unknown until the write is confirmed.
      counter.known = undefined;
      try {
        const written = text!;
        const revision = before
          ? await usage.update(keyId, written, before.revision)
          : await usage.create(keyId, written);
        counter.known = { text: written, revision };
        return results;
      } catch (error) {
        if (!isOvertaken(error)) throw error;
      }
    }
  }
}

async function read(usage: KV, keyId: string): Promise<Known | undefined> {
  const entry = await usage.get(keyId);
  return entry === null ? undefined : { text: entry.string(), revision: entry.revision };
}
