/** The edge's ports: what routes need from replicas, stored responses, a clock and a log. Adapters implement them. */
import type { EditEvent, GenerateRequest, ModelInfo, Position } from "@palimpsest/proto";

/** All replicas, as routes see them. */
export interface Replicas {
  /** Models that are served now, or were before their workers left. */
  models(): readonly ModelInfo[];
  /** True if at least one replica would accept a request now. */
  ready(): boolean;
  /**
   * One response's edit events. The last one is `end` or `error`: after its first event a response never throws, not even
   * when its replica is lost. A reader that stops cancels the response.
   * @throws EdgeError before the first event: `model_not_found`; `unavailable`; `overloaded`; `payload_too_large`
   */
  generate(request: ClientRequest, signal: AbortSignal): AsyncIterable<EditEvent>;
}

/** Resumable responses. Only with NATS, which stores the event log. */
export interface Responses {
  /** True if this owner made the response and it is still stored. Without API keys the owner is always "". */
  isKnown(responseId: string, owner: string): Promise<boolean>;
  /** The events so far, without drafts. None if the response is unknown, or its log has expired. */
  read(responseId: string): Promise<EditEvent[]>;
  /** The events after a position, or all events, up to the last one. A reader that stops does not cancel the response. */
  watch(responseId: string, after: Position | undefined, signal: AbortSignal): AsyncIterable<EditEvent>;
  cancel(responseId: string): Promise<void>;
  /** Binds the key to this response. @returns the response that the key identifies already, if there is one */
  claimKey(key: IdempotencyKey, responseId: string): Promise<KnownResponse | undefined>;
  /** Frees the key, so that a retry starts a new response. */
  releaseKey(key: IdempotencyKey): Promise<void>;
}

/**
 * Responses that clients may read again and continue, until they expire or are deleted. Each is a text that means nothing to
 * the store. An owner never finds another's.
 * @throws EdgeError `unavailable` when the store is unreachable
 */
export interface ResponseStore {
  read(owner: string, responseId: string): Promise<string | undefined>;
  create(owner: string, responseId: string, text: string): Promise<void>;
  /** Replaces the text, unless the response was deleted meanwhile. */
  replace(owner: string, responseId: string, text: string): Promise<void>;
  /** @returns false if it was not there */
  delete(owner: string, responseId: string): Promise<boolean>;
}

export interface IdempotencyKey {
  readonly owner: string;
  /** The header's value. */
  readonly key: string;
  /** Path and body as JSON; two requests with one key must agree in it. */
  readonly body: string;
}

export interface KnownResponse {
  readonly responseId: string;
  readonly sameBody: boolean;
}

/** The API keys of this server. */
export interface Keys {
  /**
   * The key with this secret, unless it has expired. @throws EdgeError `unavailable` while the keys cannot be read
   */
  find(secret: string): Promise<ApiKey | undefined>;
}

/** A key of a client: its tenant, and what it may use. Its secrets are known by their digests. */
export interface ApiKey {
  /** Names the key in files and counters. A token of a subject. */
  readonly id: string;
  /** Tenant id, which reveals neither the tenant's name nor a secret. Tenants share no cache and no responses. */
  readonly owner: string;
  readonly secrets: readonly KeySecret[];
  /** The models that it may use. Absent: all. */
  readonly models?: readonly string[];
  /** The highest class of a queue that it may use, and the one that it uses by default. Absent: any, and default. */
  readonly priority?: NonNullable<ClientRequest["priority"]>;
  readonly limits: KeyLimits;
}

export interface KeySecret {
  /** SHA-256 of the secret. */
  readonly digest: Uint8Array;
  /** Unix milliseconds. Absent: it does not expire. */
  readonly expiresMs?: number;
}

/** Absent limits do not bind. Tokens are committed ones: those of the answers. */
export interface KeyLimits {
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Calendar months of UTC. */
  readonly tokensPerMonth?: number;
  /** Responses that run at once, each prompt of a list being one. */
  readonly concurrent?: number;
}

/** Counters of keys, each a JSON value that means nothing to the store. Edges of a fleet share them. */
export interface UsageStore {
  /**
   * Replaces a key's value, undefined at first, by what `change` makes of it, atomically, and resolves to its second result.
   * `change` may be called again when another edge was faster, and leaves the value that it gets as it is.
   * @throws EdgeError `unavailable` when the store is unreachable
   */
  update<T>(keyId: string, change: (value: unknown) => readonly [value: object, result: T]): Promise<T>;
}

/** A copy of a model, as placement sees it. */
export interface Replica {
  readonly replicaId: string;
  /** Undefined until the replica has reported it; kept while the replica is unreachable. */
  readonly model: ModelInfo | undefined;
  readonly ready: boolean;
  /** @param deadlineMs Unix milliseconds at which the response fails */
  generate(request: GenerateRequest, deadlineMs: number, signal: AbortSignal): AsyncIterable<ReplicaEvent>;
}

/** The last one is `end`, `error` or `lost`. */
export type ReplicaEvent = EditEvent | ReplicaLoss;

/** The connection to the replica broke before the response's last event. */
export interface ReplicaLoss {
  readonly type: "lost";
  /** True if the request had reached the replica, and may have crashed it. */
  readonly crashed: boolean;
}

/** The load of all workers of a model. */
export interface ModelLoad {
  readonly model: string;
  /** Sequences; each choice of a response is one. */
  readonly running: number;
  readonly responses: number;
  /** Undefined while it cannot be read. */
  readonly depths?: QueueDepths | undefined;
  /** The replicas that tell it. */
  readonly engines?: readonly EngineLoad[];
}

/** A replica's gauges, and its sums since it started. */
export interface EngineLoad {
  readonly replicaId: string;
  /** Pages of the K/V cache. */
  readonly pagesInUse: number;
  readonly pagesCached: number;
  readonly pagesTotal: number;
  readonly preemptions: number;
  readonly blocks: number;
  readonly draftToCommitMs: number;
  /** Milliseconds for which forwards have waited for each other rank. */
  readonly rankWaits: readonly { readonly rank: number; readonly ms: number }[];
}

export type Labels = Readonly<Record<string, string>>;

/** A metric of this edge, as Prometheus has it. */
export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  samples(): readonly MetricSample[];
}

export interface MetricSample {
  /** Appended to the family's name: `_bucket` and so on. */
  readonly suffix: string;
  readonly labels: Labels;
  readonly value: number;
}

export interface QueueDepths {
  /** Requests that wait or run, by class. */
  readonly queued: Readonly<Record<NonNullable<ClientRequest["priority"]>, number>>;
  /** 1 if a request found no worker within the last minutes, otherwise 0. */
  readonly unmet: number;
}

/** A request as a client made it, with what the edge alone needs to know. */
export interface ClientRequest extends GenerateRequest {
  /** Which requests of a queue go first. Absent: default. */
  readonly priority?: "interactive" | "default" | "batch";
  /** Continue when the client disconnects. */
  readonly background?: boolean;
  /** The client can come back to the response, by its id or its Idempotency-Key: it continues for a while without a reader. */
  readonly canReturn?: boolean;
}

export interface Clock {
  /** Unix milliseconds, for what other programs read. They may jump. */
  now(): number;
  /** Milliseconds of a clock that never jumps, for what this program measures. */
  monotonic(): number;
  /** Resolves after `ms`; rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The client's connection, where the runtime lets an app write to it without web streams. */
export interface ClientConnection {
  /** Calls `disconnected` if the client disconnects before its answer has ended. */
  onDisconnect(disconnected: () => void): void;
  /** The body of the answer, which the app writes; its head is that of the response without a body that the app returns. */
  body(): TextSink;
}

/** A client's end of a stream. */
export interface TextSink {
  /** True while the client reads more slowly than the stream is written. */
  readonly isFull: boolean;
  /**
   * Sends the text, with others that are written in the same turn of the event loop. Ignored once the client has disconnected.
   * @returns undefined if there is room for more, otherwise a promise that resolves when there is
   */
  write(text: string): Promise<void> | undefined;
  end(): void;
}

/** Structured log lines: fields, then a sentence. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
