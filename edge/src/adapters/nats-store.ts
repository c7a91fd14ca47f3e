/** Stored responses in NATS, where every edge of the fleet finds them. */
import {
  deleteStored,
  isToken,
  readStored,
  type StoredConnection,
  type StoredLimits,
  type StoredPlace,
  writeStored,
} from "@palimpsest/fleet";
import { hex, sha256 } from "../digest.ts";
import type { ResponseStore } from "../ports.ts";
import type { FleetConnection } from "./fleet-connection.ts";

/** NATS counts the subject and headers against its payload limit too. */
const HEADROOM_BYTES = 1024;
const TIMEOUT_MS = 2_000;
/** Length of a tenant's token, in bytes: far more than collisions need. */
const TENANT_BYTES = 16;

export class NatsStore implements ResponseStore {
  readonly #fleet: FleetConnection;
  readonly #limits: StoredLimits;
  /** The streams that this edge has created, or found. */
  readonly #streams = new Map<string, Promise<void>>();

  constructor(fleet: FleetConnection, limits: StoredLimits) {
    this.#fleet = fleet;
    this.#limits = limits;
  }

  async read(owner: string, responseId: string): Promise<string | undefined> {
    if (!isToken(responseId)) return undefined;
    const bytes = await this.#at(owner, responseId, (place) => readStored(this.#connection, place));
    return bytes && new TextDecoder().decode(bytes);
  }

  async create(owner: string, responseId: string, text: string): Promise<void> {
    await this.#write(owner, responseId, text, false);
  }

  async replace(owner: string, responseId: string, text: string): Promise<void> {
    await this.#write(owner, responseId, text, true);
  }

  async delete(owner: string, responseId: string): Promise<boolean> {
    if (!isToken(responseId)) return false;
    return await this.#at(owner, responseId, (place) => deleteStored(this.#connection, place));
  }

  async #write(owner: string, responseId: string, text: string, replaced: boolean): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    await this.#at(owner, responseId, (place) => writeStored(this.#connection, place, bytes, replaced));
  }

  get #connection(): StoredConnection {
    const { js, jsm, maxPayload } = this.#fleet.link;
    return { js, jsm, pieceBytes: maxPayload - HEADROOM_BYTES, timeoutMs: TIMEOUT_MS };
  }

  /** @throws EdgeError `unavailable` when NATS stays unreachable */
  async #at<T>(owner: string, id: string, act: (place: StoredPlace) => Promise<T>): Promise<T> {
    const tenant = hex((await sha256(`stored ${owner}`)).subarray(0, TENANT_BYTES));
    return await this.#fleet.retry(async () => {
      try {
        await this.#requireStream(tenant);
        return await act({ tenant, id });
      } catch (error) {
        // A server that restarted may have lost the stream.
        this.#streams.delete(tenant);
        throw error;
      }
    });
  }

  async #requireStream(tenant: string): Promise<void> {
    const known = this.#streams.get(tenant);
    if (known) return await known;
    const created = this.#fleet.link.createStored(tenant, this.#limits);
    this.#streams.set(tenant, created);
    await created;
  }
}
