/** The engine: turns a request into sequences, their steps into the response's edit events, and every failure into an event. */
import {
  type CommittedChoice,
  defined,
  type EditEvent,
  type GenerateRequest,
  type GrammarCounts,
  type ModelInfo,
  type Usage,
} from "@palimpsest/proto";
import { mergeStreams } from "@palimpsest/proto/merge-streams";
import { pause, systemClock } from "../clock.ts";
import { adjusting } from "../decoding/logit-adjustments.ts";
import { choiceSampling } from "../decoding/sampling.ts";
import { sameText } from "../memory/retokenization.ts";
import type { Scheduler } from "../memory/scheduler.ts";
import type { TokenBytes } from "../tokenizer/token-bytes.ts";
import { AnswerText } from "./answer-text.ts";
import { type Plan, planRequest, type Served } from "./check-request.ts";
import { type ChoiceEvent, choiceEvents } from "./choice-events.ts";
import type { CheckedPrompt, EngineStats, PoolableEngine } from "./engine.ts";
import { failure } from "./error-event.ts";
import { type Constrain, checkWithGrammar, type GrammarSupport, openGrammar } from "./request-grammar.ts";
import { type EngineModel, runSequence, type SequenceStep } from "./sequence.ts";
import { BlockSums, type SequenceObserver, type SequenceReport, SequenceReports } from "./sequence-reports.ts";
import { emptyUsage } from "./usage.ts";

/** Interval at which a waiting response is told its place. */
const PLACE_MS = 1_000;

export interface EngineOptions extends Served {
  readonly info: ModelInfo;
  readonly eosTokens: readonly number[];
  readonly model: EngineModel;
  readonly scheduler: Scheduler;
  /** Lets sequences share the blocks of earlier ones in the K/V cache. */
  readonly prefixCache: boolean;
  /** Ends the tokenizer's threads. */
  readonly endTokenizer?: () => Promise<void>;
  /** Absent: no request may have a grammar. */
  readonly grammars?: GrammarSupport;
}

type ResponseEvent = (ChoiceEvent & { readonly choice: number }) | { readonly type: "queued"; readonly ahead: number };

export class LocalEngine implements PoolableEngine {
  readonly model: ModelInfo;
  readonly #options: EngineOptions;
  #committedTokens = 0;
  readonly #sums = new BlockSums();
  #cachedTokens = 0;
  #retokenizedTokens = 0;
  #observer: SequenceObserver = () => {};
  readonly #grammar = { repairs: 0, forced_tokens: 0, forced_finish: 0 };

  constructor(options: EngineOptions) {
    this.model = options.info;
    this.#options = options;
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    let seq = 0;
    const head = () => ({ v: 1, response_id: request.responseId, attempt: request.attempt, seq: seq++ }) as const;
    const usage = emptyUsage();
    try {
      const plan = await this.#plan(request, signal);
      const constrain = await this.#constrain(plan);
      signal.throwIfAborted();
      if (constrain) usage.grammar = { repairs: 0, forced_tokens: 0, forced_finish: 0 };
      usage.prompt_tokens = plan.prompt.length;
      usage.completion_tokens = this.#committedBefore(plan);
      let isOpen = false;
      let places = 0;
      const opened = new AbortController();
      const choices = (either: AbortSignal) => this.#choices(plan, { usage, constrain }, either);
      const waiting = (either: AbortSignal) => this.#places(request, AbortSignal.any([either, opened.signal]));
      const events = isPlaceAsked(request) ? mergeStreams([choices, waiting], signal) : choices(signal);
      for await (const event of events) {
        if (event.type === "queued") {
          yield { v: 1, response_id: request.responseId, attempt: 0, seq: places++, ...event };
        } else if (event.type !== "admitted") yield { ...head(), ...event };
        else if (!isOpen) {
          isOpen = true;
          opened.abort();
          usage.cached_tokens = event.cachedTokens;
          this.#retokenizedTokens += event.retokenizedTokens;
          for (const opening of this.#openEvents(plan, event.cachedTokens)) yield { ...head(), ...opening };
        }
      }
      // Every choice had ended at another worker.
      if (!isOpen) for (const opening of this.#openEvents(plan, 0)) yield { ...head(), ...opening };
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
      ...defined({ deviceFailure: model.deviceFailure, forwardFailure: model.health.failure }),
      forwardMs: model.health.runningMs,
      forwardLimitMs: model.health.limitMs,
      silentMs: 0,
      committedTokens: this.#committedTokens,
      committedBlocks: this.#sums.blocks,
      draftToCommitMs: this.#sums.draftToCommitMs,
      rankWaits: model.waits ?? [],
      cachedTokens: this.#cachedTokens,
      retokenizedTokens: this.#retokenizedTokens,
      grammarRepairs: this.#grammar.repairs,
      grammarForcedTokens: this.#grammar.forced_tokens,
      grammarForcedFinishes: this.#grammar.forced_finish,
    };
  }

  observe(observer: SequenceObserver): void {
    this.#observer = observer;
  }

  async probe(): Promise<string | undefined> {
    try {
      await this.#options.model.probe();
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  async checkPrompt(request: GenerateRequest): Promise<CheckedPrompt> {
    try {
      return { tokens: (await this.#plan(request, new AbortController().signal)).prompt };
    } catch (error) {
      return { rejection: failure(error) };
    }
  }

  async cachedBlocks(keys: readonly string[]): Promise<number> {
    return this.#options.prefixCache ? this.#options.scheduler.cachedBlocks(keys) : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { grammars, model, endTokenizer } = this.#options;
    await endTokenizer?.();
    if (grammars !== undefined && !("missing" in grammars)) await grammars[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
  }

  async #plan(request: GenerateRequest, signal: AbortSignal): Promise<Plan> {
    const plan = await planRequest(request, this.#options, signal);
    checkWithGrammar(plan, (token) => this.#bytes(token).length > 0);
    return plan;
  }

  #constrain(plan: Plan): Promise<Constrain | undefined> {
    const { grammars, eosTokens, info } = this.#options;
    // The model's own end token is the one to write.
    const endTokens = [...(plan.request.stopTokenIds ?? []), ...eosTokens];
    return openGrammar(plan, grammars, endTokens, info.maxContextTokens);
  }

  get #bytes(): TokenBytes {
    return this.#options.tokenizer?.bytes ?? (() => new Uint8Array(0));
  }

  /** `open`, and `done` of choices that ended at another worker. */
  #openEvents({ request, prompt, committed, ...plan }: Plan, cached_tokens: number) {
    const { name: model, blockLength: block_length } = this.model;
    const decoding = { ...plan.decoding, ...(request.grammar && { grammar: true as const }) };
    const counts = { choices: request.choices, prompt_tokens: prompt.length, cached_tokens };
    const done = committed.flatMap(({ finishReason: finish_reason }, choice) =>
      finish_reason === undefined ? [] : [{ type: "done", choice, finish_reason } as const],
    );
    return [{ type: "open", model, block_length, decoding, ...counts } as const, ...done];
  }

  /** The response's place, whenever it has changed, until the signal aborts. */
  async *#places({ responseId }: GenerateRequest, signal: AbortSignal): AsyncGenerator<ResponseEvent, void, void> {
    let last: number | undefined;
    while (!signal.aborted) {
      const ahead = this.#options.scheduler.ahead(responseId);
      if (ahead !== undefined && ahead !== last) yield { type: "queued", ahead };
      last = ahead;
      await pause(systemClock, PLACE_MS, signal);
    }
  }

  /** Events of all choices that have not ended. The first choice prefills the prompt; the others then share its pages. */
  #choices(
    plan: Plan,
    response: Pick<ChoiceContext, "usage" | "constrain">,
    signal: AbortSignal,
  ): AsyncGenerator<ResponseEvent, void, void> {
    const running = plan.committed.flatMap(({ finishReason }, choice) => (finishReason === undefined ? [choice] : []));
    const prefilled = Promise.withResolvers<void>();
    const starts = running.map((choice, i) => (either: AbortSignal) => {
      const gate = { isFirst: i === 0, waitsFor: i > 0 && this.#options.prefixCache ? prefilled.promise : undefined };
      return this.#choice(plan, choice, { ...gate, onPrefilled: prefilled.resolve, ...response }, either);
    });
    return mergeStreams(starts, signal);
  }

  async *#choice(
    plan: Plan,
    choice: number,
    { isFirst, waitsFor, onPrefilled, usage, constrain }: ChoiceContext,
    signal: AbortSignal,
  ): AsyncGenerator<ResponseEvent, void, void> {
    await waitsFor;
    // A choice that fails before its prefill must not hold the others up.
    using _ = { [Symbol.dispose]: onPrefilled };
    const { request, prompt, adjustments } = plan;
    const { maskToken, eosTokens: modelEosTokens } = this.#options;
    const { tokens: committed } = plan.committed[choice] as CommittedChoice;
    const bytes = this.#bytes;
    const answer = new AnswerText(bytes, request.stop);
    // Text that another worker committed: it was sent, but for its held-back tail.
    if (committed.length > 0) answer.commit(committed, false);
    const eosTokens = new Set([...(request.ignoreEos ? [] : modelEosTokens), ...(request.stopTokenIds ?? [])]);
    const { blockLength } = this.model;
    const observe = (report: SequenceReport) => {
      this.#sums.add(report);
      this.#observer(report);
    };
    const { responseId, attempt } = request;
    const { waits = [] } = this.#options.model;
    const reports = new SequenceReports({ responseId, attempt, choice }, { observe, waits });
    const place = { blockLength, prompted: prompt.length % blockLength, endTokens: eosTokens, maskToken };
    const steps = runSequence(
      {
        ...this.#sequenceOptions(plan, choice, bytes),
        ...adjusting(adjustments, place),
        eosTokens,
        ...(constrain && { constrain }),
        ends: (tokens: readonly number[]) => answer.stops(tokens),
        onPrefilled: (cachedTokens) => {
          reports.prefilled(cachedTokens);
          if (isFirst) {
            usage.cached_tokens = Math.max(usage.cached_tokens, cachedTokens);
            this.#cachedTokens += cachedTokens;
          }
          onPrefilled();
        },
        onForwards: ({ forwards, prefillForwards }) => {
          usage.forwards += forwards;
          usage.prefill_forwards += prefillForwards;
        },
      },
      signal,
    );
    const onTokens = (count: number) => {
      usage.completion_tokens += count;
    };
    const options = { answer, bytes, maskToken, eosTokens, drafts: request.drafts, onTokens };
    for await (const event of choiceEvents(reports.follow(this.#counted(steps, usage)), options))
      yield { ...event, choice };
  }

  #sequenceOptions({ request, decoding, prompt, maxTokens, ...plan }: Plan, choice: number, bytes: TokenBytes) {
    const { model, scheduler, maskToken, editTokens, prefixCache } = this.#options;
    const { blockLength } = this.model;
    const { tokens: committed, open } = plan.committed[choice] as CommittedChoice;
    const scope = request.cacheScope ?? "";
    return {
      ...{ model, scheduler, prompt, committed, decoding, blockLength, maskToken, maxTokens },
      ...{ tenant: scope, responseId: request.responseId },
      minTokens: plan.adjustments.minTokens,
      ...defined({
        open,
        editTokens,
        logprobs: request.logprobs,
        sampling: plan.sampling && choiceSampling(plan.sampling, choice),
      }),
      ...(prefixCache && { scope, sameText: sameText([...prompt, ...committed], { blockLength, scope, bytes }) }),
    };
  }

  /** Tokens that other workers committed, and that count. */
  #committedBefore({ request, committed }: Plan): number {
    const bytes = this.#bytes;
    return committed.reduce((sum, { tokens }) => sum + new AnswerText(bytes, request.stop).needed(tokens), 0);
  }

  async *#counted(steps: AsyncIterable<SequenceStep>, usage: Usage): AsyncGenerator<SequenceStep, void, void> {
    for await (const step of steps) {
      if (step.kind === "commit") {
        this.#committedTokens += step.cells.length;
        if (step.isForced && step.finish !== undefined) this.#countGrammar(usage, { forced_finish: 1 });
      } else if (step.kind === "denoise") {
        for (const { op } of step.edits) if (op !== "remask") usage.edits[op]++;
        const { repairs, forced: forced_tokens } = step.grammar ?? { repairs: 0, forced: 0 };
        if (step.grammar) this.#countGrammar(usage, { repairs, forced_tokens });
      }
      yield step;
    }
  }

  #countGrammar({ grammar }: Usage, counts: Partial<GrammarCounts>): void {
    for (const [key, count] of Object.entries(counts) as [keyof GrammarCounts, number][]) {
      this.#grammar[key] += count;
      if (grammar) grammar[key] += count;
    }
  }
}

/** A response that another worker has begun has no place to tell. */
function isPlaceAsked({ queuePlaces, attempt }: GenerateRequest): boolean {
  return queuePlaces === true && attempt === 1;
}

/** A choice's part in its response. */
interface ChoiceContext {
  /** The first running choice, which prefills the prompt. */
  readonly isFirst: boolean;
  /** Resolves when the prompt is prefilled. Absent for a choice that prefills it itself. */
  readonly waitsFor: Promise<void> | undefined;
  readonly onPrefilled: () => void;
  /** The response's, to which the choice adds. */
  readonly usage: Usage;
  readonly constrain: Constrain | undefined;
}
