/** What the edge needs from the world: replicas that generate, a clock, a log. It names no library. */
import type { EditEvent } from "@palimpsest/proto";
import type { CommittedChoice } from "@palimpsest/proto/generate";

/** All replicas, as routes see them. */
export interface Replicas {
  /** Models that are served now, or were before their workers left. */
  models(): readonly Model[];
  /** True if at least one replica would accept a request now. */
  ready(): boolean;
  /**
   * One response's edit events. The last one is `end` or `error`: after its first event a response never throws, not even
   * when its replica is lost. A reader that stops cancels the response.
   * @throws EdgeError before the first event: `model_not_found`; `unavailable`; `overloaded`; `payload_too_large`
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<EditEvent>;
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
  readonly model: Model | undefined;
  readonly ready: boolean;
  /** @param from where it goes on, when another replica has held the response before */
  generate(request: GenerateRequest, signal: AbortSignal, from?: Continuation): AsyncIterable<EditEvent>;
}

/** Where a replica takes a response over. */
export interface Continuation {
  /** From 2. */
  readonly attempt: number;
  /** Of each choice, what was committed before; empty where nothing was said. */
  readonly committed: readonly CommittedChoice[];
}

export interface Model {
  readonly name: string;
  /** Unix seconds. */
  readonly created: number;
  readonly blockLength: number;
  /** Prompt and answer together. */
  readonly maxContextTokens: number;
  /** Whether messages, and plain text, can be a prompt. */
  readonly chat: boolean;
  readonly text: boolean;
  /** Sequences that may run at once. */
  readonly capacity: number;
}

/** What all workers of a model do together. */
export interface ModelLoad {
  readonly model: string;
  /** Sequences: every choice of a response is one. */
  readonly running: number;
  readonly responses: number;
}

/** A response to generate, parsed and within limits. */
export interface GenerateRequest {
  readonly responseId: string;
  readonly model: string;
  readonly prompt: Prompt;
  readonly decoding: DecodingRequest;
  /** Absent: the best token always. */
  readonly sampling?: Sampling;
  readonly maxTokens?: number;
  /** Answers to one prompt. */
  readonly choices: number;
  readonly stop: readonly string[];
  /** Tokens that end an answer beside the model's own. */
  readonly stopTokenIds?: readonly number[];
  /** Tokens of an answer before which no end token may stand. */
  readonly minTokens?: number;
  /** What is added to the logits of tokens. */
  readonly logitBias?: Readonly<Record<number, number>>;
  /** Tell how probable the committed tokens were, and this many of the best at the place of each. */
  readonly logprobs?: number;
  readonly ignoreEos: boolean;
  /** Whether anyone looks at drafts. */
  readonly drafts: boolean;
  /** What stands for the tenant: workers share no keys and values between two. Absent where nobody is told apart. */
  readonly cacheScope?: string;
  /** Who goes first where requests wait. Absent: default. */
  readonly priority?: "interactive" | "default" | "batch";
  /** Goes on when nobody reads it. */
  readonly background?: boolean;
}

export type Prompt =
  | { readonly kind: "chat"; readonly messages: readonly Message[]; readonly tools: readonly object[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tokens"; readonly tokens: readonly number[] };

/** A chat message, its content joined to one string. */
export interface Message {
  readonly role: string;
  readonly content: string;
  readonly toolCalls?: readonly ToolCall[];
  readonly toolCallId?: string;
  readonly name?: string;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
}

/** What the client asked for; the model fills in the rest. */
export interface DecodingRequest {
  readonly mode?: "speed" | "quality";
  readonly threshold?: number;
  readonly editingThreshold?: number;
  readonly maxPostSteps?: number;
  /** Blocks that may be edited at once. */
  readonly editingWindow?: number;
  readonly penaltyLambda?: number;
}

/** How tokens are drawn. */
export interface Sampling {
  /** Above 0. */
  readonly temperature: number;
  readonly topP?: number;
  readonly topK?: number;
  /** With a seed, a request has one text. */
  readonly seed?: bigint;
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
