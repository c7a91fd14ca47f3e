/**
 * Counters of keys in NATS, where all edges of the fleet share them. A key's value is replaced by compare-and-set, so no
 * count is lost. Changes that arrive while a write is under way are written together by the next.
 */
import type { KV } from "@nats-io/kv";
import { isOvertaken } from "@palimpsest/fleet";
import { pause } from "../clock.ts";
import type { UsageStore } from "../ports.ts";
import type { FleetConnection } from "./fleet-connection.ts";

/** After a write that another edge had overtaken, pauses between writes give the others a turn; changes gather meanwhile. */
const SHARED_MS = 1_000;
/** The longest pause, in times of a write with its read: several other edges can write in it. */
const PAUSE_WRITES = 4;
const MAX_PAUSE_MS = 100;

interface Change {
  apply(value: unknown): readonly [value: object, result: unknown];
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Known {
  readonly value: object;
  readonly revision: number;
}

interface Counter {
  waiting: Change[];
  isWriting: boolean;
  /** The value as this edge has last written or read it. */
  known: Known | undefined;
  /** Monotonic time until which other edges are taken to write the key too. */
  sharedUntilMs: number;
  /** Time that the last write took, with its read. */
  writeMs: number;
}

export class NatsUsage implements UsageStore {
  readonly #fleet: FleetConnection;
  readonly #counters = new Map<string, Counter>();

  constructor(fleet: FleetConnection) {
    this.#fleet = fleet;
  }

  update<T>(keyId: string, change: (value: unknown) => readonly [value: object, result: T]): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const counter = this.#counters.get(keyId) ?? {
      waiting: [],
      isWriting: false,
      known: undefined,
      sharedUntilMs: 0,
      writeMs: 0,
    };
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
      const { clock } = this.#fleet;
      if (clock.monotonic() < counter.sharedUntilMs) {
        await pause(clock, Math.random() * Math.min(PAUSE_WRITES * counter.writeMs, MAX_PAUSE_MS));
      }
    }
    counter.isWriting = false;
  }

  async #write(keyId: string, counter: Counter, changes: readonly Change[]): Promise<unknown[]> {
    const { usage } = await this.#fleet.link.keyBuckets();
    const { clock } = this.#fleet;
    for (;;) {
      const startMs = clock.monotonic();
      const before = counter.known ?? (await read(usage, keyId));
      let value: object | undefined = before?.value;
      const results = changes.map((change) => {
        const [changed, result] = change.apply(value);
        value = changed;
        return result;
      });
      // Unknown until the write is confirmed.
      counter.known = undefined;
      try {
        const text = JSON.stringify(value);
        const revision = before ? await usage.update(keyId, text, before.revision) : await usage.create(keyId, text);
        counter.known = { value: value!, revision };
        counter.writeMs = clock.monotonic() - startMs;
        return results;
      } catch (error) {
        if (!isOvertaken(error)) throw error;
        counter.sharedUntilMs = clock.monotonic() + SHARED_MS;
      }
    }
  }
}

async function read(usage: KV, keyId: string): Promise<Known | undefined> {
  const entry = await usage.get(keyId);
  return entry === null ? undefined : { value: entry.json<object>(), revision: entry.revision };
}
