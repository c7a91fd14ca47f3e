/** Checks a request against every limit before any work starts, encodes its prompt and fills in the defaults. */
import {
  type CommittedChoice,
  type Decoding,
  type GenerateRequest,
  isNestedDeeper,
  MAX_CHOICES,
  MAX_NESTING,
  type ModelInfo,
  type Prompt,
  type Sampling,
} from "@palimpsest/proto";
import type { AdjustmentOptions } from "../decoding/logit-adjustments.ts";
import { invalid, TooManyTokens, WorkerError } from "../errors.ts";
import type { TokenBytes } from "../tokenizer/token-bytes.ts";
import { adjustmentParameters } from "./check-adjustments.ts";
import { decodingParameters, samplingParameters } from "./presets.ts";
import { checkScoring } from "./token-scores.ts";

/** `max_tokens` of a request without one: the reference's `gen_length`. */
const DEFAULT_MAX_TOKENS = 2048;

/** A prompt that has to be encoded. */
export type TextPrompt = Exclude<Prompt, { readonly kind: "tokens" }>;

/** Turns prompts into tokens and tokens into text. */
export interface PromptEncoder {
  /**
   * Raw text, in which the text of a special token is text; or messages through the chat template.
   * @param limit the most tokens that it may have
   * @throws WorkerError naming what is at fault; TooManyTokens; the signal's reason, in the middle of a long prompt too
   */
  encode(prompt: TextPrompt, limit: number, signal: AbortSignal): Promise<readonly number[]>;
  readonly bytes: TokenBytes;
}

/** The model's properties that limit a request. */
export interface Served {
  readonly info: Pick<ModelInfo, "blockLength" | "maxContextTokens">;
  readonly vocabSize: number;
  readonly maskToken: number;
  /** Tokens of a model that deletes and inserts. */
  readonly editTokens?: { readonly delete: number; readonly split: number };
  /** Absent: prompts are token ids only, and the answer has no text. */
  readonly tokenizer?: PromptEncoder;
}

/** A request that has passed every check. */
export interface Plan {
  readonly request: GenerateRequest;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly decoding: Decoding;
  /** Per choice. */
  readonly committed: readonly CommittedChoice[];
  readonly sampling: (Sampling & { readonly seed: bigint }) | undefined;
  readonly adjustments: AdjustmentOptions;
}

/** @throws WorkerError naming the parameter, with the numbers; the signal's reason */
export async function planRequest(request: GenerateRequest, served: Served, signal: AbortSignal): Promise<Plan> {
  const { info, vocabSize, maskToken, editTokens } = served;
  const { blockLength, maxContextTokens } = info;
  if (!(Number.isInteger(request.choices) && request.choices >= 1 && request.choices <= MAX_CHOICES)) {
    throw invalid("n", `must be a whole number from 1 to ${MAX_CHOICES}, not ${request.choices}`);
  }
  const decoding = decodingParameters(request.decoding, editTokens !== undefined);
  checkScoring(request.logprobs, decoding);
  const sampling = request.sampling && samplingParameters({ seed: randomSeed(), ...request.sampling });
  const blocks = (tokens: number) => inBlocks(tokens, blockLength);
  const prompt = await encode(request.prompt, served, signal);
  if (prompt.length === 0) throw invalid("prompt", "is empty");
  const room = maxContextTokens - prompt.length;
  const maxTokens = request.maxTokens ?? Math.min(room, DEFAULT_MAX_TOKENS);
  if (request.maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens >= 1)) {
    throw invalid("max_tokens", `must be a whole number from 1, not ${maxTokens}`);
  }
  if (room < 1 || maxTokens > room) {
    const asked =
      request.maxTokens === undefined ? "" : ` and max_tokens ${maxTokens} need ${blocks(prompt.length + maxTokens)}`;
    const message = `the prompt of ${blocks(prompt.length)}${asked}; ${hasRoom(served)}`;
    const param = room < 1 || request.maxTokens === undefined ? paramOf(request.prompt) : "max_tokens";
    throw new WorkerError("context_length_exceeded", message, { param });
  }
  for (const [i, { tokens, open = [], finishReason }] of request.committed.entries()) {
    const whole = (prompt.length + tokens.length) % blockLength === 0 && tokens.length < maxTokens;
    if (tokens.length > 0 && finishReason === undefined && !whole) {
      throw atFault("committed", i, `${tokens.length} tokens are not a whole number of blocks of a running choice`);
    }
    if (
      open.length % blockLength !== 0 ||
      open.length > ((decoding.editing_window ?? 1) - 1) * blockLength ||
      (tokens.length === 0 && open.length > 0)
    ) {
      throw atFault("committed", i, `${open.length} open tokens are not blocks of the editing window`);
    }
  }
  const committed = Array.from({ length: request.choices }, (_, i) => request.committed[i] ?? { tokens: [] });
  const neverTokens = [maskToken, ...Object.values(editTokens ?? {})];
  const adjustments = adjustmentParameters(request, { vocabSize, neverTokens, maxTokens });
  const { penaltyLambda } = adjustments;
  const penalized = penaltyLambda > 0 ? { ...decoding, penalty_lambda: penaltyLambda } : decoding;
  return { request, prompt, maxTokens, decoding: penalized, committed, sampling, adjustments };
}

async function encode(prompt: Prompt, served: Served, signal: AbortSignal): Promise<readonly number[]> {
  const { tokenizer, vocabSize } = served;
  if (prompt.kind === "tokens") {
    const wrong = prompt.tokens.findIndex((token) => !(Number.isInteger(token) && token >= 0 && token < vocabSize));
    if (wrong < 0) return prompt.tokens;
    const problem = `${prompt.tokens[wrong]} is not a token of this model; ids go from 0 to ${vocabSize - 1}`;
    throw atFault("prompt", wrong, problem);
  }
  if (tokenizer === undefined) {
    throw invalid("prompt", "this model's package has no tokenizer; send token ids to /v1/completions");
  }
  const { maxContextTokens } = served.info;
  if (prompt.kind === "chat" && isNestedDeeper(prompt.tools, MAX_NESTING + 1)) {
    throw invalid("tools", `more than ${MAX_NESTING} objects or lists stand inside each other`);
  }
  try {
    return await tokenizer.encode(prompt, maxContextTokens, signal);
  } catch (cause) {
    if (!(cause instanceof TooManyTokens)) throw cause;
    const message = `the prompt has at least ${inBlocks(cause.atLeast, served.info.blockLength)}; ${hasRoom(served)}`;
    throw new WorkerError("context_length_exceeded", message, { param: paramOf(prompt), cause });
  }
}

function hasRoom({ info: { maxContextTokens, blockLength } }: Served): string {
  return `the model has room for ${inBlocks(maxContextTokens, blockLength)}`;
}

function inBlocks(tokens: number, blockLength: number): string {
  return `${tokens} tokens (${Math.ceil(tokens / blockLength)} blocks)`;
}

/** The parameter that holds the prompt. */
function paramOf(prompt: Prompt): string {
  return prompt.kind === "chat" ? "messages" : "prompt";
}

/** The parameter is the list; the message names its entry. */
function atFault(param: string, index: number, message: string): WorkerError {
  return new WorkerError("invalid_request", `${param}[${index}]: ${message}`, { param });
}

function randomSeed(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] as bigint;
}
