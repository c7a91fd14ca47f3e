/**
 * The engine: a request becomes sequences, their steps become the response's edit events. Prompts are encoded, limits are
 * checked and every failure becomes an event here. It knows no sockets, threads or tensors.
 */
import type { Decoding, EditEvent, Usage } from "@palimpsest/proto";
import { WorkerError } from "../errors.ts";
import { AnswerText, type TokenBytes } from "./answer-text.ts";
import { type ChoiceEvent, tellChoice } from "./choice.ts";
import type {
  CommittedChoice,
  Engine,
  EngineStats,
  GenerateRequest,
  Message,
  ModelInfo,
  Prompt,
  SamplingRequest,
} from "./engine.ts";
import { failure } from "./failure.ts";
import { merge } from "./merge.ts";
import { decodingParameters, samplingParameters } from "./presets.ts";
import { sameText } from "./retokenization.ts";
import { uniform } from "./sampling.ts";
import type { Scheduler } from "./scheduler.ts";
import { type EngineModel, runSequence, type SequenceStep } from "./sequence.ts";

/** Answer length where the request names none: the reference's `gen_length`. */
const DEFAULT_MAX_TOKENS = 2048;

/** Choices of one response: each takes a slot, and the API promises no more. */
const MAX_CHOICES = 8;

/** Turns prompts into tokens and tokens into text. */
export interface Tokenizer {
  /** Raw text; the text of a special token is text. @throws WorkerError */
  encode(text: string): number[];
  /** Messages through the chat template. @throws WorkerError naming the message at fault */
  encodeChat(messages: readonly Message[], tools: readonly unknown[]): number[];
  readonly bytes: TokenBytes;
}

export interface EngineOptions {
  readonly info: ModelInfo;
  readonly vocabSize: number;
  readonly maskToken: number;
  /** Of a model that deletes and inserts. */
  readonly editTokens?: { readonly delete: number; readonly split: number };
  readonly eosTokens: readonly number[];
  readonly model: EngineModel;
  readonly scheduler: Scheduler;
  /** Whether a sequence begins behind the blocks that earlier ones have left in the K/V cache. */
  readonly prefixCache: boolean;
  /** Absent: only token prompts can be taken, and there is no text. */
  readonly tokenizer?: Tokenizer;
}

/** A request that has passed every check. */
interface Plan {
  readonly request: GenerateRequest;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly decoding: Decoding;
  readonly committed: readonly CommittedChoice[];
  readonly sampling: (SamplingRequest & { readonly seed: bigint }) | undefined;
}

type ResponseEvent = ChoiceEvent & { readonly choice: number };

/** What the choices of a response wait for: that the first of those that run has prefilled the prompt. */
type Prefill = PromiseWithResolvers<void> & { readonly first: number | undefined };

export class LocalEngine implements Engine {
  readonly model: ModelInfo;
  readonly #options: EngineOptions;
  #committedTokens = 0;
  #cachedTokens = 0;
  #retokenizedTokens = 0;

  constructor(options: EngineOptions) {
    this.model = options.info;
    this.#options = options;
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    let seq = 0;
    const head = () => ({ v: 1, response_id: request.responseId, attempt: request.attempt, seq: seq++ }) as const;
    const usage = emptyUsage();
    try {
      const plan = this.#plan(request);
      usage.prompt_tokens = plan.prompt.length;
      const { decoding, prompt, committed } = plan;
      usage.completion_tokens = committed.reduce((sum, { tokens }) => sum + tokens.length, 0);
      const { blockLength, name } = this.model;
      const { choices } = request;
      const done = committed.flatMap(({ finishReason: finish_reason }, choice) =>
        finish_reason === undefined ? [] : [{ type: "done", choice, finish_reason } as const],
      );
      const opening = (cached_tokens: number) => {
        const counts = { choices, prompt_tokens: prompt.length, cached_tokens };
        return [{ type: "open", model: name, block_length: blockLength, decoding, ...counts } as const, ...done];
      };
      const running = committed.flatMap(({ finishReason }, choice) => (finishReason === undefined ? [choice] : []));
      const prefill = { ...Promise.withResolvers<void>(), first: running[0] };
      const starts = running.map(
        (choice) => (either: AbortSignal) => this.#choice(plan, choice, prefill, usage, either),
      );
      let opened = false;
      for await (const event of merge(starts, signal)) {
        if (event.type !== "admitted") yield { ...head(), ...event };
        else if (!opened) {
          opened = true;
          usage.cached_tokens = event.cachedTokens;
          this.#retokenizedTokens += event.retokenizedTokens;
          for (const first of opening(event.cachedTokens)) yield { ...head(), ...first };
        }
      }
      if (!opened) for (const first of opening(0)) yield { ...head(), ...first };
      yield { ...head(), type: "end", usage };
    } catch (error) {
      yield { ...head(), ...failure(error, signal) };
    }
  }

  async stats(): Promise<EngineStats> {
    const { scheduler, model } = this.#options;
    return {
      runningSequences: scheduler.running,
      waitingSequences: scheduler.waiting,
      pagesInUse: scheduler.pagesInUse,
      pagesCached: scheduler.pagesCached,
      pagesTotal: scheduler.limits.pages,
      preemptions: scheduler.preemptions,
      ...model.counts,
      lostRanks: model.lostRanks,
      committedTokens: this.#committedTokens,
      cachedTokens: this.#cachedTokens,
      retokenizedTokens: this.#retokenizedTokens,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.model[Symbol.asyncDispose]();
  }

  /** The first choice prefills the prompt; the others wait for that, to find it cached. */
  async *#choice(
    plan: Plan,
    choice: number,
    prefill: Prefill,
    usage: Usage,
    signal: AbortSignal,
  ): AsyncGenerator<ResponseEvent, void, void> {
    const { request, decoding, prompt } = plan;
    const { blockLength } = this.model;
    const { scheduler, model, tokenizer, maskToken, editTokens, prefixCache } = this.#options;
    const isFirst = choice === prefill.first;
    if (prefixCache && !isFirst) await prefill.promise;
    using _ended = { [Symbol.dispose]: prefill.resolve };
    const { tokens: committed, open } = plan.committed[choice] as CommittedChoice;
    const bytes = tokenizer?.bytes ?? (() => new Uint8Array(0));
    const answer = new AnswerText(bytes, request.stop);
    // What another worker has committed: its text is known, and kept back where it must be.
    if (committed.length > 0) answer.commit(committed, false);
    const scope = request.cacheScope ?? "";
    const eosTokens = new Set(request.ignoreEos ? [] : this.#options.eosTokens);
    const steps = runSequence(
      {
        model,
        scheduler,
        prompt,
        committed,
        ...(open && { open }),
        decoding,
        blockLength,
        maskToken,
        ...(editTokens && { editTokens }),
        eosTokens,
        maxTokens: plan.maxTokens,
        ends: (tokens: readonly number[]) => answer.stops(tokens),
        ...(prefixCache && { scope, sameText: sameText([...prompt, ...committed], { blockLength, scope, bytes }) }),
        ...(plan.sampling && { sampling: drawing(plan.sampling, choice) }),
        prefilled: (cachedTokens) => {
          if (isFirst) {
            usage.cached_tokens = Math.max(usage.cached_tokens, cachedTokens);
            this.#cachedTokens += cachedTokens;
          }
          prefill.resolve();
        },
        ran: ({ forwards, prefillForwards }) => {
          usage.forwards += forwards;
          usage.prefill_forwards += prefillForwards;
        },
      },
      signal,
    );
    const told = { answer, bytes, maskToken, eosTokens, drafts: request.drafts };
    for await (const event of tellChoice(this.#counted(steps, usage), told)) yield { ...event, choice };
  }

  async *#counted(steps: AsyncIterable<SequenceStep>, usage: Usage): AsyncGenerator<SequenceStep, void, void> {
    for await (const step of steps) {
      if (step.kind === "commit") {
        usage.completion_tokens += step.cells.length;
        this.#committedTokens += step.cells.length;
      } else if (step.kind === "denoise") {
        for (const { op } of step.edits) usage.edits[op]++;
      }
      yield step;
    }
  }

  /** Checks a request against every limit before any work starts. @throws WorkerError */
  #plan(request: GenerateRequest): Plan {
    const { blockLength, maxContextTokens } = this.model;
    if (!(Number.isInteger(request.choices) && request.choices >= 1 && request.choices <= MAX_CHOICES)) {
      throw invalid("n", `n: must be a whole number from 1 to ${MAX_CHOICES}, not ${request.choices}`);
    }
    const decoding = decodingParameters(request.decoding, this.#options.editTokens !== undefined);
    const sampling = request.sampling && samplingParameters({ seed: randomSeed(), ...request.sampling });
    const prompt = this.#encode(request.prompt);
    if (prompt.length === 0) throw invalid("prompt", "prompt: is empty");
    const room = maxContextTokens - prompt.length;
    const maxTokens = request.maxTokens ?? Math.min(room, DEFAULT_MAX_TOKENS);
    if (request.maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens >= 1)) {
      throw invalid("max_tokens", `max_tokens: must be a whole number from 1, not ${maxTokens}`);
    }
    if (room < 1 || maxTokens > room) {
      const blocks = (tokens: number): string => `${tokens} tokens (${Math.ceil(tokens / blockLength)} blocks)`;
      const asked =
        request.maxTokens === undefined ? "" : ` and max_tokens ${maxTokens} need ${blocks(prompt.length + maxTokens)}`;
      const message = `the prompt of ${blocks(prompt.length)}${asked}; the model has room for ${blocks(maxContextTokens)}`;
      throw new WorkerError("context_length_exceeded", message, {
        param: request.maxTokens === undefined ? "messages" : "max_tokens",
      });
    }
    for (const [i, { tokens, open = [], finishReason }] of request.committed.entries()) {
      const whole = (prompt.length + tokens.length) % blockLength === 0 && tokens.length < maxTokens;
      if (tokens.length > 0 && finishReason === undefined && !whole) {
        throw invalid(
          "committed",
          `committed[${i}]: ${tokens.length} tokens do not end with a block of a running choice`,
        );
      }
      if (
        open.length % blockLength !== 0 ||
        open.length > ((decoding.editing_window ?? 1) - 1) * blockLength ||
        (tokens.length === 0 && open.length > 0)
      ) {
        throw invalid("committed", `committed[${i}]: ${open.length} open tokens are not blocks of the editing window`);
      }
    }
    const committed = Array.from({ length: request.choices }, (_, i) => request.committed[i] ?? { tokens: [] });
    return { request, prompt, maxTokens, decoding, committed, sampling };
  }

  #encode(prompt: Prompt): readonly number[] {
    const { tokenizer, vocabSize } = this.#options;
    if (prompt.kind === "tokens") {
      const wrong = prompt.tokens.findIndex((token) => !(Number.isInteger(token) && token >= 0 && token < vocabSize));
      if (wrong < 0) return prompt.tokens;
      throw invalid(
        "prompt",
        `prompt[${wrong}]: ${prompt.tokens[wrong]} is not a token of this model; ids go from 0 to ${vocabSize - 1}`,
      );
    }
    if (tokenizer === undefined) {
      throw invalid("prompt", "this model's package has no tokenizer: send the prompt as token ids to /v1/completions");
    }
    return prompt.kind === "text" ? tokenizer.encode(prompt.text) : tokenizer.encodeChat(prompt.messages, prompt.tools);
  }
}

/** A choice's draws: the same for the same seed, whichever worker makes them. */
function drawing({ seed, ...sampling }: SamplingRequest & { readonly seed: bigint }, choice: number) {
  return {
    ...sampling,
    uniform: (block: number, step: number, cell: number) => uniform({ seed, choice, block, step, cell }),
  };
}

function randomSeed(): bigint {
  return crypto.getRandomValues(new BigUint64Array(1))[0] as bigint;
}

function emptyUsage(): Usage {
  const edits = { unmask: 0, substitute: 0, delete: 0, insert: 0 };
  const forwards = { forwards: 0, prefill_forwards: 0, commit_forwards: 0 };
  return { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, ...forwards, edits };
}

function invalid(param: string, message: string): WorkerError {
  return new WorkerError("invalid_request", message, { param });
}
