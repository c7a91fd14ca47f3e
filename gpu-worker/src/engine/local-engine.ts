/**
 * The engine: a request becomes sequences, their steps become the response's edit events, and every failure becomes an event
 * here. It knows no sockets, threads or tensors.
 */
import {
  type CommittedChoice,
  defined,
  type EditEvent,
  type GenerateRequest,
  type ModelInfo,
  type Sampling,
  type Usage,
} from "@palimpsest/proto";
import { adjusting } from "../decoding/logit-adjustments.ts";
import { uniform } from "../decoding/sampling.ts";
import { sameText } from "../memory/retokenization.ts";
import type { Scheduler } from "../memory/scheduler.ts";
import { AnswerText } from "./answer-text.ts";
import { type Plan, planRequest, type Served } from "./check-request.ts";
import { type ChoiceEvent, tellChoice } from "./choice-events.ts";
import type { CheckedPrompt, EngineStats, PoolableEngine } from "./engine.ts";
import { failure } from "./error-event.ts";
import { merge } from "./merge-streams.ts";
import { type EngineModel, runSequence, type SequenceStep } from "./sequence.ts";

export interface EngineOptions extends Served {
  readonly info: ModelInfo;
  readonly eosTokens: readonly number[];
  readonly model: EngineModel;
  readonly scheduler: Scheduler;
  /** Whether a sequence begins behind the blocks that earlier ones have left in the K/V cache. */
  readonly prefixCache: boolean;
}

type ResponseEvent = ChoiceEvent & { readonly choice: number };

/** What the choices of a response wait for: that the first of those that run has prefilled the prompt. */
type Prefill = PromiseWithResolvers<void> & { readonly first: number | undefined };

export class LocalEngine implements PoolableEngine {
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
      const plan = planRequest(request, this.#options);
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

  async checkPrompt(request: GenerateRequest): Promise<CheckedPrompt> {
    try {
      return { tokens: planRequest(request, this.#options).prompt };
    } catch (error) {
      return { rejection: failure(error) };
    }
  }

  async cachedBlocks(keys: readonly string[]): Promise<number> {
    return this.#options.prefixCache ? this.#options.scheduler.cachedBlocks(keys) : 0;
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
    const { request, decoding, prompt, adjustments } = plan;
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
    const eosTokens = new Set([...(request.ignoreEos ? [] : this.#options.eosTokens), ...(request.stopTokenIds ?? [])]);
    const place = { blockLength, prompted: prompt.length % blockLength, endTokens: eosTokens };
    const steps = runSequence(
      {
        model,
        scheduler,
        prompt,
        committed,
        decoding,
        blockLength,
        maskToken,
        eosTokens,
        maxTokens: plan.maxTokens,
        minTokens: adjustments.minTokens,
        ...adjusting(adjustments, place),
        ends: (tokens: readonly number[]) => answer.stops(tokens),
        ...defined({
          open,
          editTokens,
          logprobs: request.logprobs,
          sampling: plan.sampling && drawing(plan.sampling, choice),
        }),
        ...(prefixCache && { scope, sameText: sameText([...prompt, ...committed], { blockLength, scope, bytes }) }),
        onPrefilled: (cachedTokens) => {
          if (isFirst) {
            usage.cached_tokens = Math.max(usage.cached_tokens, cachedTokens);
            this.#cachedTokens += cachedTokens;
          }
          prefill.resolve();
        },
        onForwards: ({ forwards, prefillForwards }) => {
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
}

/** A choice's draws: the same for the same seed, whichever worker makes them. */
function drawing({ seed, ...sampling }: Sampling & { readonly seed: bigint }, choice: number) {
  return {
    ...sampling,
    uniform: (block: number, step: number, cell: number) => uniform({ seed, choice, block, step, cell }),
  };
}

function emptyUsage(): Usage {
  const edits = { unmask: 0, substitute: 0, delete: 0, insert: 0 };
  const forwards = { forwards: 0, prefill_forwards: 0 };
  return { prompt_tokens: 0, cached_tokens: 0, completion_tokens: 0, ...forwards, edits };
}
