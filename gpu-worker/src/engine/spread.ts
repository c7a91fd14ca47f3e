/**
 * Several engines of one model as one: each runs sequences of its own, with its own K/V cache. It knows neither threads nor
 * ranks.
 */
import type { EditEvent } from "@palimpsest/proto";
import type { CachingEngine, Engine, EngineStats, GenerateRequest, ModelInfo } from "./engine.ts";

/** A cached prefix draws a request to its engine as long as that has a free slot and runs no more beyond the least loaded. */
const WORTH_OF_A_PREFIX = 1;

/** @param engines of one model, at least one; they are disposed of with it */
export function spread(engines: readonly CachingEngine[]): Engine {
  return new Spread(engines);
}

class Spread implements Engine {
  readonly model: ModelInfo;
  readonly #engines: readonly CachingEngine[];
  /** Choices that each engine was given and has not ended. */
  readonly #given: number[];

  constructor(engines: readonly CachingEngine[]) {
    const [first] = engines as readonly [CachingEngine];
    this.model = { ...first.model, capacity: engines.reduce((sum, { model }) => sum + model.capacity, 0) };
    this.#engines = engines;
    this.#given = engines.map(() => 0);
  }

  async *generate(request: GenerateRequest, signal: AbortSignal): AsyncGenerator<EditEvent, void, void> {
    const cached = await Promise.all(this.#engines.map((engine) => engine.cachedBlocks(request)));
    const at = this.#place(cached);
    this.#given[at] = (this.#given[at] as number) + request.choices;
    try {
      yield* (this.#engines[at] as CachingEngine).generate(request, signal);
    } finally {
      this.#given[at] = (this.#given[at] as number) - request.choices;
    }
  }

  async stats(): Promise<EngineStats> {
    const all = await Promise.all(this.#engines.map((engine) => engine.stats()));
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
      lostRanks: [...new Set(all.flatMap(({ lostRanks }) => lostRanks))].sort((a, b) => a - b),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#engines.map((engine) => engine[Symbol.asyncDispose]()));
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
