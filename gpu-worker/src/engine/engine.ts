/** What a worker asks of its engine. The implementation runs in a thread of its own; this is what stands on both sides. */
import type { Decoding, EditEvent, FinishReason } from "@palimpsest/proto";
import type { Sampling } from "../decoding/sampling.ts";

/** A response to generate. The engine owns template and tokenizer. */
export interface GenerateRequest {
  readonly responseId: string;
  /** 1 unless another worker held this response before. */
  readonly attempt: number;
  readonly prompt: Prompt;
  readonly decoding: DecodingRequest;
  /** Absent: the best token always. */
  readonly sampling?: SamplingRequest;
  /** Absent: as many as the context allows, up to the engine's default. */
  readonly maxTokens?: number;
  /** Answers to one prompt, 1 to 8. */
  readonly choices: number;
  /** Text at which a choice ends; not part of the answer. */
  readonly stop: readonly string[];
  /** Tokens that end a choice beside the model's own, with `ignoreEos` too; their text is not part of the answer. */
  readonly stopTokens?: readonly number[];
  /** Tokens of the answer before which no end token may stand. */
  readonly minTokens?: number;
  /** What is added to the logits of tokens, -100 to 100. */
  readonly logitBias?: ReadonlyMap<number, number>;
  /** Tell how probable the committed tokens were, and this many of the best at the place of each, 0 to 20. */
  readonly logprobs?: number;
  /** Go on to the token limit instead of stopping at an end token. */
  readonly ignoreEos: boolean;
  /** Whether anyone looks at drafts. */
  readonly drafts: boolean;
  /** Continue another worker's response: per choice, the generated tokens it has committed. */
  readonly committed: readonly CommittedChoice[];
  /** Keys and values are shared between requests of one scope only. Absent: the scope of all that name none. */
  readonly cacheScope?: string;
}

export type Prompt =
  | { readonly kind: "chat"; readonly messages: readonly Message[]; readonly tools: readonly unknown[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tokens"; readonly tokens: readonly number[] };

/** A chat message as the OpenAI API has it, its content joined to one string. */
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

/** What the caller asked for; what it left out comes from the mode. */
export interface DecodingRequest {
  readonly mode?: "speed" | "quality";
  /** Absent: the model's own, 2.2 for one that deletes and inserts, else 2.1. */
  readonly rule?: Decoding["rule"];
  readonly threshold?: number;
  readonly editingThreshold?: number;
  readonly maxPostSteps?: number;
  /** 2.1: blocks that may be edited at once. Absent: one, the newest. */
  readonly editingWindow?: number;
  /** Taken off the logit of the token that stands one cell before. */
  readonly penaltyLambda?: number;
}

/** How tokens are drawn. */
export interface SamplingRequest extends Sampling {
  /** With a seed, a request has one text. Without, one is made up. */
  readonly seed?: bigint;
}

export interface CommittedChoice {
  readonly tokens: readonly number[];
  /** With an editing window: the blocks that were open after the last of them was committed. */
  readonly open?: readonly number[];
  /** Set when the choice was already done. */
  readonly finishReason?: FinishReason;
}

/** What an engine serves. */
export interface ModelInfo {
  readonly name: string;
  /** Unix seconds of the package's conversion. */
  readonly created: number;
  readonly blockLength: number;
  /** Prompt and answer together, in tokens. */
  readonly maxContextTokens: number;
  /** Whether messages, and plain text, can be taken as a prompt. */
  readonly chat: boolean;
  readonly text: boolean;
  /** Sequences that may run at once. */
  readonly capacity: number;
}

/** Counters since start, and what is held now. */
export interface EngineStats {
  readonly runningSequences: number;
  readonly waitingSequences: number;
  /** Pages of the K/V cache that live sequences hold. */
  readonly pagesInUse: number;
  /** Pages that hold blocks of earlier sequences, for whoever begins alike; free to those who need them. */
  readonly pagesCached: number;
  readonly pagesTotal: number;
  /** Times that a sequence gave its pages to an older one, to be taken up again at its last commit. */
  readonly preemptions: number;
  readonly forwards: number;
  readonly prefillForwards: number;
  readonly committedTokens: number;
  /** Prompt tokens that did not have to be prefilled. */
  readonly cachedTokens: number;
  /** Prompt tokens that had to be, though their text was cached: its ids were others, as a chat's next turn may have them. */
  readonly retokenizedTokens: number;
  /** Ranks that do not answer now: until they are back, every sequence fails. */
  readonly lostRanks: readonly number[];
}

export interface Engine extends AsyncDisposable {
  readonly model: ModelInfo;
  /**
   * Streams a response's edit events, `open` first, `end` or `error` last. It never throws for what is wrong with a
   * request or its computation: that is the `error` event. Aborting the signal stops the computation within one denoise
   * step and ends the stream with `error` code `cancelled`.
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<EditEvent>;
  stats(): Promise<EngineStats>;
}

/** An engine that can tell what it would not have to prefill. */
export interface CachingEngine extends Engine {
  /** Blocks of a request's prompt that the prefix cache has; 0 for a request that would be refused. */
  cachedBlocks(request: GenerateRequest): Promise<number>;
}
