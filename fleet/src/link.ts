/**
 * A party's two connections to NATS: control for what must not wait behind a flood of drafts, data for the events. After
 * the server was away, streams that it lost are made again before anybody is told that it is back.
 */
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { type Buckets, createFleetStreams, createModelStreams, openBuckets } from "./streams.ts";

export interface LinkLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** How the server is reached. */
export interface Dial {
  /** Opens a connection of that name. */
  connect(name: string): Promise<NatsConnection>;
  /** Where replies to these connections go. */
  readonly inboxPrefix: string;
}

export interface LinkOptions {
  readonly dial: Dial;
  /** Who this is, in the server's lists. */
  readonly name: string;
  readonly log: LinkLog;
  readonly queueLimit: number;
}

/** Older servers take the streams' bounds and do not hold them. */
const OLDEST_SERVER = [2, 9] as const;
/** For an answer of the server about streams; what is stored has limits of its own. */
const API_TIMEOUT_MS = 2_000;
/** For last words to a server that is busy: who leaves has a limit of its own. */
const PARTING_LIMIT_MS = 2_000;
/** A server that has just come back leaves the first question unanswered while it reads its streams. */
const RECOVER_TIMEOUT_MS = 500;
const RECOVER_DELAY_MS = 100;

export class Link implements AsyncDisposable {
  readonly control: NatsConnection;
  readonly data: NatsConnection;
  /** Stores on the data connection, so that events are in one order for the log and for those who listen. */
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly buckets: Buckets;
  readonly #options: LinkOptions;
  readonly #models = new Set<string>();
  readonly #recovered = new Set<() => void>();
  readonly #lost = new Set<NatsConnection>();
  #flushing: Promise<void> | undefined;
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
    this.jsm = jsm;
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
    await createFleetStreams(jsm);
    const buckets = await openBuckets(jsm);
    opening.move();
    return new Link(options, control, data, jsm, buckets);
  }

  /** False from the loss of a connection until both are back. */
  get connected(): boolean {
    return this.#lost.size === 0 && !this.#closed;
  }

  /** Bytes that the server takes in one message. */
  get maxPayload(): number {
    return this.control.info?.max_payload ?? 2 ** 20;
  }

  get inboxPrefix(): string {
    return this.#options.dial.inboxPrefix;
  }

  /** Makes the model's streams, now and after every loss. */
  async createModel(model: string): Promise<void> {
    if (this.#models.has(model)) return;
    await createModelStreams(this.jsm, model, this.#options.queueLimit);
    this.#models.add(model);
  }

  /** Calls back whenever the server was away, messages may be lost, and the streams are there again. */
  onRecovered(recovered: () => void): Disposable {
    this.#recovered.add(recovered);
    return { [Symbol.dispose]: () => void this.#recovered.delete(recovered) };
  }

  /** Says something to whoever listens, unless this party has left or the server is away. */
  tell(subject: string, bytes?: Uint8Array): void {
    if (!this.#closed && !this.#lost.has(this.control) && !this.control.isClosed())
      this.control.publish(subject, bytes);
  }

  /** Resolves when the server has taken what was sent on the data connection: nobody may send much more than it takes. */
  flushed(): Promise<void> {
    this.#flushing ??= this.data.flush().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const connections = [this.control, this.data];
    // What is still to be said can only be said to a server that listens.
    const parting = connections.map((it) => (this.#lost.has(it) ? it.close() : it.drain()));
    const late = Promise.withResolvers<void>();
    const limit = setTimeout(late.resolve, PARTING_LIMIT_MS);
    await Promise.race([Promise.allSettled(parting), late.promise]);
    clearTimeout(limit);
    await Promise.allSettled(connections.map((it) => it.close()));
  }

  async #watch(connection: NatsConnection): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect" && !this.#closed) {
        this.#lost.add(connection);
        this.#options.log.warn({ server: connection.getServer() }, "the connection to NATS was lost");
      }
      if (type === "reconnect") void this.#recover(connection);
    }
  }

  async #recover(connection: NatsConnection): Promise<void> {
    const jsm = await jetstreamManager(this.control, { checkAPI: false, timeout: RECOVER_TIMEOUT_MS });
    while (!this.#closed && !connection.isClosed()) {
      try {
        requireVersion(connection);
        await createFleetStreams(jsm);
        await openBuckets(jsm);
        for (const model of this.#models) await createModelStreams(jsm, model, this.#options.queueLimit);
        break;
      } catch (error) {
        if (this.#closed) return;
        this.#options.log.warn({ err: error }, "streams cannot be made yet");
        await new Promise((resolve) => setTimeout(resolve, RECOVER_DELAY_MS));
      }
    }
    this.#lost.delete(connection);
    if (!this.connected) return;
    this.#options.log.info({ server: connection.getServer() }, "connected to NATS again");
    for (const recovered of this.#recovered) recovered();
  }
}

/** @throws Error when the server is older than what a fleet needs: it would ignore what it does not know */
function requireVersion(connection: NatsConnection): void {
  const { version = "" } = connection.info ?? {};
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_SERVER;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  const needed = OLDEST_SERVER.join(".");
  throw new Error(`nats-server ${version} at ${connection.getServer()} is too old: a fleet needs ${needed} or newer`);
}
