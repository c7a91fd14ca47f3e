/** Several engines of one model as one. Each runs sequences of its own, with its own K/V cache. */
import { defined, type EditEvent, type GenerateRequest, type ModelInfo } from "@palimpsest/proto";
import { within } from "../clock.ts";
import { WorkerError } from "../errors.ts";
import { blockKeys } from "../memory/prefix-cache.ts";
import type { Engine, EngineStats, PoolableEngine } from "./engine.ts";
import { failure } from "./error-event.ts";
import type { RankWait, SequenceObserver } from "./sequence-reports.ts";

/** A request goes to the engine with the longest cached prefix, unless it is full or this many choices busier than another. */
const PREFIX_MAX_EXTRA_CHOICES = 1;

type Count = Exclude<keyof EngineStats, "lostRanks" | "rankWaits" | "deviceFailure" | "forwardFailure">;

export class EnginePool implements Engine {
  readonly model: ModelInfo;
  readonly #engines: readonly PoolableEngine[];
  readonly #deadlineMs: number;
  /** Running choices of each engine. */
  readonly #load: number[];

  /**
   * @param engines of one model, at least one; they are disposed of with the pool
   * @param deadlineMs an engine silent for this long is unreachable; all fail, since experts are sharded
   */
  constructor(engines: readonly PoolableEngine[], deadlineMs: number) {
    const [first] = engines as readonly [PoolableEngine];
    this.model = { ...first.model, capacity: engines.reduce((sum, { model }) => sum + model.capacity, 0) };
    this.#engines = engines;
    this.#deadlineMs = deadlineMs;
    this.#load = engines.map(() => 0);
  }

  /** The first engine checks and tokenizes the request, so that the others, and the engine that runs it, need not. */
  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    const { responseId: response_id, attempt, cacheScope = "" } = request;
    const head = { v: 1, response_id, attempt, seq: 0 } as const;
    const checked = await this.#ask(0, (engine) => engine.checkPrompt(request));
    if (checked === undefined) return yield { ...head, ...failure(unreachableRank(0), signal) };
    if ("rejection" in checked) return yield { ...head, ...checked.rejection };
    const { tokens } = checked;
    const keys = blockKeys(tokens, this.model.blockLength, cacheScope);
    const cached = await this.#askAll((engine) => engine.cachedBlocks(keys));
    const silent = cached.indexOf(undefined);
    if (silent >= 0) return yield { ...head, ...failure(unreachableRank(silent), signal) };
    const place = this.#place(cached as readonly number[]);
    this.#load[place] = (this.#load[place] as number) + request.choices;
    try {
      yield* (this.#engines[place] as Engine).generate({ ...request, prompt: { kind: "tokens", tokens } }, signal);
    } finally {
      this.#load[place] = (this.#load[place] as number) - request.choices;
    }
  }

  async stats(): Promise<EngineStats> {
    const answers = await this.#askAll((engine) => engine.stats());
    const all = answers.filter((stats) => stats !== undefined);
    const isSilent = (stats: EngineStats | undefined) => (stats?.silentMs ?? this.#deadlineMs) >= this.#deadlineMs;
    const silent = answers.flatMap((stats, rank) => (isSilent(stats) ? [rank] : []));
    const sum = (key: Count): number => all.reduce((total, it) => total + it[key], 0);
    const longest = (key: Count): number => Math.max(0, ...all.map((it) => it[key]));
    const first = (key: "deviceFailure" | "forwardFailure") => all.find((it) => it[key] !== undefined)?.[key];
    return {
      ...defined({ deviceFailure: first("deviceFailure"), forwardFailure: first("forwardFailure") }),
      forwardMs: longest("forwardMs"),
      forwardLimitMs: longest("forwardLimitMs"),
      silentMs: longest("silentMs"),
      runningSequences: sum("runningSequences"),
      waitingSequences: sum("waitingSequences"),
      pagesInUse: sum("pagesInUse"),
      pagesCached: sum("pagesCached"),
      pagesTotal: sum("pagesTotal"),
      preemptions: sum("preemptions"),
      forwards: sum("forwards"),
      prefillForwards: sum("prefillForwards"),
      committedTokens: sum("committedTokens"),
      committedBlocks: sum("committedBlocks"),
      draftToCommitMs: sum("draftToCommitMs"),
      rankWaits: waitsOf(all),
      cachedTokens: sum("cachedTokens"),
      retokenizedTokens: sum("retokenizedTokens"),
      grammarRepairs: sum("grammarRepairs"),
      grammarForcedTokens: sum("grammarForcedTokens"),
      grammarForcedFinishes: sum("grammarForcedFinishes"),
      lostRanks: [...new Set([...silent, ...all.flatMap(({ lostRanks }) => lostRanks)])].sort((a, b) => a - b),
    };
  }

  observe(observer: SequenceObserver): void {
    for (const engine of this.#engines) engine.observe(observer);
  }

  async probe(): Promise<string | undefined> {
    const failures = await Promise.all(this.#engines.map((engine) => engine.probe()));
    return failures.find((failure) => failure !== undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine[Symbol.asyncDispose]()));
  }

  /** An engine's answer; undefined if there is none in time. */
  #ask<T>(rank: number, question: (engine: PoolableEngine) => Promise<T>): Promise<T | undefined> {
    return within(question(this.#engines[rank] as PoolableEngine), this.#deadlineMs);
  }

  #askAll<T>(question: (engine: PoolableEngine) => Promise<T>): Promise<(T | undefined)[]> {
    return Promise.all(this.#engines.map((_, rank) => this.#ask(rank, question)));
  }

  /** The engine with the most cached blocks among those that may take them, the less busy of two, the first of equals. */
  #place(cached: readonly number[]): number {
    const least = Math.min(...this.#load);
    let [best, most] = [this.#load.indexOf(least), 0];
    for (const [rank, blocks] of cached.entries()) {
      const load = this.#load[rank] as number;
      const full = load >= (this.#engines[rank] as Engine).model.capacity;
      if (load > least && (full || load > least + PREFIX_MAX_EXTRA_CHOICES)) continue;
      if (blocks > most || (blocks === most && load < (this.#load[best] as number))) [best, most] = [rank, blocks];
    }
    return best;
  }
}

/** Each rank's, over the engines that wait for it. */
function waitsOf(all: readonly EngineStats[]): RankWait[] {
  const sums = new Map<number, number>();
  for (const { rank, ms } of all.flatMap(({ rankWaits }) => rankWaits)) sums.set(rank, (sums.get(rank) ?? 0) + ms);
  return [...sums].sort(([a], [b]) => a - b).map(([rank, ms]) => ({ rank, ms }));
}

function unreachableRank(rank: number): WorkerError {
  return new WorkerError("unavailable", `rank ${rank} is unreachable: it does not answer`);
}
