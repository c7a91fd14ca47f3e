/**
 * Several engines of one model as one: each runs sequences of its own, with its own K/V cache. It knows neither threads nor
 * ranks.
 */
import type { EditEvent, GenerateRequest, ModelInfo } from "@palimpsest/proto";
import { within } from "../clock.ts";
import { WorkerError } from "../errors.ts";
import type { CachingEngine, Engine, EngineStats } from "./engine.ts";
import { failure } from "./error-event.ts";

/** A cached prefix draws a request to its engine as long as that has a free slot and runs no more beyond the least loaded. */
const WORTH_OF_A_PREFIX = 1;

/**
 * @param engines of one model, at least one; they are disposed of with it
 * @param deadlineMs one that says nothing of itself for so long is taken for lost, and with it all, who need each other
 */
export function spread(engines: readonly CachingEngine[], deadlineMs: number): Engine {
  return new Spread(engines, deadlineMs);
}

class Spread implements Engine {
  readonly model: ModelInfo;
  readonly #engines: readonly CachingEngine[];
  readonly #deadlineMs: number;
  /** Choices that each engine was given and has not ended. */
  readonly #given: number[];

  constructor(engines: readonly CachingEngine[], deadlineMs: number) {
    const [first] = engines as readonly [CachingEngine];
    this.model = { ...first.model, capacity: engines.reduce((sum, { model }) => sum + model.capacity, 0) };
    this.#engines = engines;
    this.#deadlineMs = deadlineMs;
    this.#given = engines.map(() => 0);
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    const cached = await this.#ask((engine) => engine.cachedBlocks(request));
    const lost = cached.indexOf(undefined);
    if (lost >= 0) {
      const { responseId: response_id, attempt } = request;
      const error = new WorkerError("unavailable", `rank ${lost} is lost: it does not answer`);
      yield { v: 1, response_id, attempt, seq: 0, ...failure(error, signal) };
      return;
    }
    const at = this.#place(cached as readonly number[]);
    this.#given[at] = (this.#given[at] as number) + request.choices;
    try {
      yield* (this.#engines[at] as CachingEngine).generate(request, signal);
    } finally {
      this.#given[at] = (this.#given[at] as number) - request.choices;
    }
  }

  async stats(): Promise<EngineStats> {
    const heard = await this.#ask((engine) => engine.stats());
    const all = heard.filter((stats) => stats !== undefined);
    const silent = heard.flatMap((stats, rank) => (stats === undefined ? [rank] : []));
    const sum = (key: Exclude<keyof EngineStats, "lostRanks">): number => all.reduce((total, it) => total + it[key], 0);
    return {
      runningSequences: sum("runningSequences"),
      waitingSequences: sum("waitingSequences"),
      pagesInUse: sum("pagesInUse"),
      pagesCached: sum("pagesCached"),
      pagesTotal: sum("pagesTotal"),
      preemptions: sum("preemptions"),
      forwards: sum("forwards"),
      prefillForwards: sum("prefillForwards"),
      committedTokens: sum("committedTokens"),
      cachedTokens: sum("cachedTokens"),
      retokenizedTokens: sum("retokenizedTokens"),
      lostRanks: [...new Set([...silent, ...all.flatMap(({ lostRanks }) => lostRanks)])].sort((a, b) => a - b),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine[Symbol.asyncDispose]()));
  }

  /** What every engine answers; undefined from those that do not in time. */
  #ask<T>(question: (engine: CachingEngine) => Promise<T>): Promise<(T | undefined)[]> {
    return Promise.all(this.#engines.map((engine) => within(question(engine), this.#deadlineMs)));
  }

  /** The least loaded, or one little more so that has a slot and more of the prompt. The first of equals. */
  #place(cached: readonly number[]): number {
    const least = Math.min(...this.#given);
    let [best, most] = [this.#given.indexOf(least), 0];
    for (const [at, blocks] of cached.entries()) {
      const given = this.#given[at] as number;
      const full = given >= (this.#engines[at] as CachingEngine).model.capacity;
      if (given > least && (full || given > least + WORTH_OF_A_PREFIX)) continue;
      if (blocks > most || (blocks === most && given < (this.#given[best] as number))) [best, most] = [at, blocks];
    }
    return best;
  }
}
