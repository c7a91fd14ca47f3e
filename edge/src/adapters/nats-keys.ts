/** API keys in the fleet's bucket: every edge reads them, and what has changed every two seconds. */
import { type KeyChange, readKeyChanges } from "@palimpsest/fleet";
import { every } from "../clock.ts";
import { parseKey } from "../keys/key-description.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { ApiKey } from "../ports.ts";
import type { FleetConnection } from "./fleet-connection.ts";

const REFRESH_MS = 2_000;
const SOURCE = "NATS";

export class NatsKeys implements Disposable {
  readonly #fleet: FleetConnection;
  readonly #ring: KeyRing;
  readonly #keys = new Map<string, ApiKey>();
  readonly #open = new DisposableStack();
  /** Sequence of the last change that was read. */
  #last = 0;
  #refreshing: Promise<void> | undefined;

  private constructor(fleet: FleetConnection, ring: KeyRing) {
    this.#fleet = fleet;
    this.#ring = ring;
  }

  /** @throws Error when NATS does not answer */
  static async open(fleet: FleetConnection, ring: KeyRing): Promise<NatsKeys> {
    const keys = new NatsKeys(fleet, ring);
    await keys.#refresh();
    const refresh = () => {
      keys.#refreshing ??= keys
        .#refresh()
        .catch((error) => fleet.log.warn({ err: error }, "could not read the API keys; those that are known stay"))
        .finally(() => {
          keys.#refreshing = undefined;
        });
    };
    keys.#open.use(every(fleet.clock, REFRESH_MS, refresh));
    // A server that has lost its files begins to count again.
    keys.#open.use(
      fleet.link.onRecovered(() => {
        keys.#last = 0;
        refresh();
      }),
    );
    return keys;
  }

  [Symbol.dispose](): void {
    this.#open.dispose();
  }

  async #refresh(): Promise<void> {
    const { link, log } = this.#fleet;
    await link.keyBuckets();
    const isWhole = this.#last === 0;
    const changes = await readKeyChanges(link.jsm, this.#last);
    if (isWhole) this.#keys.clear();
    for (const change of changes) {
      this.#last = change.seq;
      await this.#take(change).catch((error) =>
        log.error({ key: change.id, err: error }, "ignored an unreadable API key"),
      );
    }
    if (isWhole || changes.length > 0) this.#ring.set(SOURCE, [...this.#keys.values()]);
  }

  async #take({ id, text }: KeyChange): Promise<void> {
    this.#keys.delete(id);
    if (text === undefined) return;
    const key = await parseKey(text);
    if (key.id !== id) throw new Error(`id: is "${key.id}", but the bucket has it as "${id}"`);
    this.#keys.set(id, key);
  }
}
