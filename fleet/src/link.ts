/**
 * The two connections of an edge or worker to NATS: data for events, control for messages that must not queue behind drafts.
 * After a reconnect, streams that the server lost are recreated before `onRecovered` is called.
 */
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { type KeyBuckets, openKeyBuckets } from "./api-keys.ts";
import { readingFromLeaders } from "./leader-reads.ts";
import { retryWhile } from "./retry-while.ts";
import type { StoredLimits } from "./stored.ts";
import {
  type Buckets,
  createFleetStreams,
  createModelStreams,
  createStoredStream,
  openBuckets,
  type StreamSettings,
} from "./streams.ts";

export interface LinkLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Opens connections to the server. */
export interface Dial {
  /** Opens a connection of that name. */
  connect(name: string): Promise<NatsConnection>;
  /** Prefix of the subjects that replies to these connections use. */
  readonly inboxPrefix: string;
}

export interface LinkOptions {
  readonly dial: Dial;
  /** The connection's name in the server's lists. */
  readonly name: string;
  readonly log: LinkLog;
  readonly queueLimit: number;
  /** 1 by default, as on a single server. */
  readonly streamReplicas?: number;
}

/** Older servers accept the streams' limits and do not enforce them. */
const OLDEST_SERVER = [2, 9] as const;
/** Limit on the server's answers about streams. Writes have limits of their own. */
const API_TIMEOUT_MS = 2_000;
/** Servers of a cluster that start find a leader and each other in 10 to 20 s; a busy machine takes longer. */
const FORMATION_LIMIT_MS = 60_000;
/** Limit on the last messages to a busy server. */
const PARTING_LIMIT_MS = 2_000;
/** A restarted server does not answer while it reads its streams. */
const RECOVER_TIMEOUT_MS = 500;
const RECOVER_DELAY_MS = 100;

export class Link implements AsyncDisposable {
  readonly control: NatsConnection;
  readonly data: NatsConnection;
  /** Writes on the data connection, so that log and subscribers see events in one order. */
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly buckets: Buckets;
  readonly #options: LinkOptions;
  readonly #models = new Set<string>();
  readonly #recovered = new Set<() => void>();
  readonly #lost = new Set<NatsConnection>();
  #flushing: Promise<void> | undefined;
  #keyBuckets: Promise<KeyBuckets> | undefined;
  #closed = false;

  private constructor(
    options: LinkOptions,
    control: NatsConnection,
    data: NatsConnection,
    jsm: JetStreamManager,
    buckets: Buckets,
  ) {
    this.control = control;
    this.data = data;
    this.jsm = streamSettings(options).streamReplicas > 1 ? readingFromLeaders(jsm) : jsm;
    this.js = jetstream(data);
    this.buckets = buckets;
    this.#options = options;
    for (const connection of [control, data]) void this.#watch(connection);
  }

  /** @throws when the server cannot be reached, is too old, or has no JetStream */
  static async open(options: LinkOptions): Promise<Link> {
    await using opening = new AsyncDisposableStack();
    const connection = async (part: string) => {
      const opened = await options.dial.connect(`${options.name} ${part}`);
      opening.defer(() => opened.close());
      requireVersion(opened);
      return opened;
    };
    const control = await connection("control");
    const data = await connection("data");
    const jsm = await jetstreamManager(control, { checkAPI: false, timeout: API_TIMEOUT_MS });
    const settings = streamSettings(options);
    const endMs = performance.now() + (settings.streamReplicas > 1 ? FORMATION_LIMIT_MS : 0);
    const create = async () => {
      await createFleetStreams(jsm, settings);
      return openBuckets(jsm, settings);
    };
    const buckets = await retryWhile(create, () => performance.now() < endMs);
    opening.move();
    return new Link(options, control, data, jsm, buckets);
  }

  /** Whether both connections are open and their streams restored. */
  get connected(): boolean {
    return this.#lost.size === 0 && !this.#closed;
  }

  /** The server's limit on one message, in bytes. */
  get maxPayload(): number {
    return this.control.info?.max_payload ?? 2 ** 20;
  }

  get inboxPrefix(): string {
    return this.#options.dial.inboxPrefix;
  }

  /** Creates the model's streams, now and after every reconnect. */
  async createModel(model: string): Promise<void> {
    if (this.#models.has(model)) return;
    await createModelStreams(this.jsm, model, streamSettings(this.#options));
    this.#models.add(model);
  }

  /** Creates the stream of a tenant's stored responses. */
  async createStored(tenant: string, limits: StoredLimits): Promise<void> {
    await createStoredStream(this.jsm, tenant, limits, streamSettings(this.#options));
  }

  /** The buckets of API keys. They are created at the first call, and after every reconnect from then on. */
  keyBuckets(): Promise<KeyBuckets> {
    this.#keyBuckets ??= openKeyBuckets(this.jsm, streamSettings(this.#options)).catch((error) => {
      this.#keyBuckets = undefined;
      throw error;
    });
    return this.#keyBuckets;
  }

  /** Calls back after every reconnect, once the streams exist. Messages may have been lost. */
  onRecovered(recovered: () => void): Disposable {
    this.#recovered.add(recovered);
    return { [Symbol.dispose]: () => void this.#recovered.delete(recovered) };
  }

  /** Publishes a message on the control connection, or drops it while that is closed. */
  tell(subject: string, bytes?: Uint8Array): void {
    if (!this.#closed && !this.#lost.has(this.control) && !this.control.isClosed())
      this.control.publish(subject, bytes);
  }

  /** Resolves when the server has received all events so far. Await it, so that no more is sent than it takes. */
  flushed(): Promise<void> {
    this.#flushing ??= this.data.flush().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const connections = [this.control, this.data];
    // Only an open connection can be drained.
    const closing = connections.map((it) => (this.#lost.has(it) ? it.close() : it.drain()));
    const timeout = Promise.withResolvers<void>();
    const limit = setTimeout(timeout.resolve, PARTING_LIMIT_MS);
    await Promise.race([Promise.allSettled(closing), timeout.promise]);
    clearTimeout(limit);
    await Promise.allSettled(connections.map((it) => it.close()));
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect" && !this.#closed) {
        this.#lost.add(connection);
        this.#options.log.warn({ server: connection.getServer() }, "lost a connection to NATS");
      }
      if (type === "reconnect") void this.#recover(connection);
    }
  }

  async #recover(connection: NatsConnection): Promise<void> {
    const jsm = await jetstreamManager(this.control, { checkAPI: false, timeout: RECOVER_TIMEOUT_MS });
    while (!this.#closed && !connection.isClosed()) {
      try {
        requireVersion(connection);
        const settings = streamSettings(this.#options);
        await createFleetStreams(jsm, settings);
        await openBuckets(jsm, settings);
        if (this.#keyBuckets) await openKeyBuckets(jsm, settings);
        for (const model of this.#models) await createModelStreams(jsm, model, settings);
        break;
      } catch (error) {
        if (this.#closed) return;
        this.#options.log.warn({ err: error }, "failed to restore the streams; retrying");
        await new Promise((resolve) => setTimeout(resolve, RECOVER_DELAY_MS));
      }
    }
    this.#lost.delete(connection);
    if (!this.connected) return;
    this.#options.log.info({ server: connection.getServer() }, "reconnected to NATS");
    for (const recovered of this.#recovered) recovered();
  }
}

function streamSettings({ queueLimit, streamReplicas = 1 }: LinkOptions): StreamSettings {
  return { queueLimit, streamReplicas };
}

/** @throws Error when the server is too old: it would ignore settings that it does not know */
function requireVersion(connection: NatsConnection): void {
  const { version = "" } = connection.info ?? {};
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_SERVER;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  const needed = OLDEST_SERVER.join(".");
  throw new Error(`nats-server ${version} at ${connection.getServer()} is too old: a fleet needs ${needed} or newer`);
}
