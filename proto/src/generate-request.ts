/**
 * A request to generate a response, as edge, worker and engine handle it. `generate.proto` is its form on the internal wire,
 * the body of POST /v1/chat/completions its form for clients. Numbers are in range once an engine has accepted them.
 */
import type { Decoding, FinishReason } from "./edit-event.ts";
import type { GrammarSource } from "./grammar-source.ts";
import type { TraceContext } from "./trace-context.ts";

export interface GenerateRequest {
  readonly responseId: string;
  /** From 1. Each worker that resumes the response has the next number. */
  readonly attempt: number;
  /** The name of the model, as GET /v1/models lists it. */
  readonly model: string;
  readonly prompt: Prompt;
  readonly decoding: DecodingRequest;
  /** Absent: always the most probable token. */
  readonly sampling?: Sampling;
  /** Token limit of each choice, from 1. Absent: the rest of the context, up to the engine's default. */
  readonly maxTokens?: number;
  /** Minimum number of tokens before an end token, 0 to `maxTokens`. Absent: 0. */
  readonly minTokens?: number;
  /** Number of answers to the prompt, 1 to MAX_CHOICES. */
  readonly choices: number;
  /** Stop strings. A choice ends before the first of them. */
  readonly stop: readonly string[];
  /** End tokens in addition to the model's own. They also apply with `ignoreEos`; their text is not part of the answer. */
  readonly stopTokenIds?: readonly number[];
  /** Added to the logit of each token, from -MAX_BIAS to MAX_BIAS; at most MAX_BIASED_TOKENS tokens. */
  readonly logitBias?: ReadonlyMap<number, number>;
  /** Number of top log probabilities per token, 0 to MAX_TOP_LOGPROBS. Absent: no log probabilities. */
  readonly logprobs?: number;
  /** The form of each answer. Absent: any text. */
  readonly grammar?: GrammarSource;
  /** True to continue to the token limit instead of stopping at an end token. */
  readonly ignoreEos: boolean;
  /** True to send drafts. Commits are always sent. */
  readonly drafts: boolean;
  /** True to send the response's place while it waits. */
  readonly queuePlaces?: boolean;
  /** Commits of earlier attempts for each choice, after which this attempt resumes. Empty for a new response. */
  readonly committed: readonly CommittedChoice[];
  /** Tenant id of the prefix cache. Absent: the shared default scope. */
  readonly cacheScope?: string;
  /** The sender's place in a trace. */
  readonly trace?: TraceContext;
}

export type Prompt =
  | ChatPrompt
  /** Text in which the text of a special token is text. */
  | { readonly kind: "text"; readonly text: string }
  /** Token ids, special tokens included. */
  | { readonly kind: "tokens"; readonly tokens: readonly number[] };

export interface ChatPrompt {
  readonly kind: "chat";
  readonly messages: readonly Message[];
  readonly tools: readonly object[];
  /** Text that the answer begins with, not empty; what follows it is generated. */
  readonly answerStart?: string;
}

/** A chat message as OpenAI's API has it, its content joined to one string. */
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

/** Decoding parameters as the client sent them. Absent ones come from the mode, and the mode from the model. */
export interface DecodingRequest {
  readonly mode?: DecodingMode;
  /** Absent: 2.2 for a model that deletes and inserts, else 2.1. */
  readonly rule?: Decoding["rule"];
  /** Minimum probability to unmask, 0 to 1. */
  readonly threshold?: number;
  /** Minimum probability to substitute a token, 0 to 1. */
  readonly editingThreshold?: number;
  /** Denoise steps allowed after a block's last mask, 0 to MAX_POST_STEPS. */
  readonly maxPostSteps?: number;
  /** Rule 2.1: number of blocks that are edited together, 1 to MAX_EDITING_WINDOW. Absent: 1, the newest. */
  readonly editingWindow?: number;
  /** Subtracted from the logit of the token one cell before, 0 to MAX_BIAS. Absent: 0. */
  readonly penaltyLambda?: number;
  /** Subtracted once from the logit of each token that the answer holds, -MAX_PENALTY to MAX_PENALTY. Absent: 0. */
  readonly presencePenalty?: number;
  /** Subtracted from the logit of a token each time that the answer holds it, -MAX_PENALTY to MAX_PENALTY. Absent: 0. */
  readonly frequencyPenalty?: number;
}

/** A preset of the decoding parameters. */
export type DecodingMode = "speed" | "quality";

/** Sampling parameters. Absent in a request: always the most probable token. */
export interface Sampling {
  /** Above 0, up to MAX_TEMPERATURE; 1 leaves the model's distribution as it is. */
  readonly temperature: number;
  /** Draw from the most probable tokens, up to this cumulative probability, above 0 and up to 1. */
  readonly topP?: number;
  /** Draw from this number of the most probable tokens, 1 to MAX_TOP_K. */
  readonly topK?: number;
  /** 64 bits. A request with a seed has the same text in any batch and on any worker. Absent: a random seed. */
  readonly seed?: bigint;
}

/** The commits of one choice. */
export interface CommittedChoice {
  /** Generated token ids, block after block. */
  readonly tokens: readonly number[];
  /** With an editing window: token ids of the blocks that were open after the last commit. */
  readonly open?: readonly number[];
  /** Present when the choice has its last commit. */
  readonly finishReason?: FinishReason;
}
