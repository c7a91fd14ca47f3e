/** What the edge needs from the world: replicas that generate, a clock, a log. It names no library. */
import type { EditEvent, GenerateRequest, ModelInfo } from "@palimpsest/proto";

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

/** Responses by their id, wherever they run: there is such a thing only in a fleet, which has a log. */
export interface Responses {
  /** Whether this owner made the response and it is still known. Where nobody is told apart, all owners are "". */
  isKnown(responseId: string, owner: string): Promise<boolean>;
  /** What comes after a position, or everything, to the last event. Leaving does not cancel. */
  watch(responseId: string, after: Position | undefined, signal: AbortSignal): AsyncIterable<EditEvent>;
  cancel(responseId: string): Promise<void>;
  /** Makes the key stand for this request. @returns what it has stood for before, if it has */
  claimKey(key: IdempotencyKey, responseId: string): Promise<KnownResponse | undefined>;
  /** The request was not taken after all: the key is free again. */
  releaseKey(key: IdempotencyKey): Promise<void>;
}

/** The last event that a reader has. Attempt 0 comes before every event. */
export interface Position {
  readonly attempt: number;
  readonly seq: number;
}

export interface IdempotencyKey {
  readonly owner: string;
  /** As the client sent it. */
  readonly key: string;
  /** JSON of the request. */
  readonly body: string;
}

export interface KnownResponse {
  readonly responseId: string;
  readonly sameBody: boolean;
}

/** One copy of a model, as an adapter offers it to placement. */
export interface Replica {
  readonly replicaId: string;
  /** Absent until the replica has said what it serves. It stays known while the replica is away. */
  readonly model: ModelInfo | undefined;
  readonly ready: boolean;
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<EditEvent>;
}

/** What all workers of a model do together. */
export interface ModelLoad {
  readonly model: string;
  /** Sequences: every choice of a response is one. */
  readonly running: number;
  readonly responses: number;
}

/** A request as a client made it, with what the edge alone needs to know. */
export interface ClientRequest extends GenerateRequest {
  /** Which requests of a queue go first. Absent: default. */
  readonly priority?: "interactive" | "default" | "batch";
  /** Continue when the client disconnects. */
  readonly background?: boolean;
}

export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Resolves after `ms`; rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Structured log lines: fields, then a sentence. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
