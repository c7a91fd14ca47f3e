/**
 * A rank's thread that shares an exchange memory with its leader: both ends. Nothing is allocated, cloned or sent for a layer
 * but the promise that the leader waits for. The rank blocks its thread; the leader keeps its event loop, which tells it when
 * the thread ends.
 */
import { setImmediate } from "node:timers/promises";
import type { RankAnswer, RankLink, RoutedRows } from "./exchange.ts";
import { ExchangeMemory, type SharedExchange } from "./exchange-memory.ts";
import type { RankLine } from "./rank-line.ts";

/** A rank's thread looks for messages so often while there is no dispatch. */
const SLICE_MS = 100;

export class SharedLink implements RankLink {
  readonly rank: number;
  readonly memory: ExchangeMemory;
  readonly lost: Promise<Error>;
  readonly #line: RankLine;
  readonly #close: () => Promise<unknown>;
  readonly #ended = Promise.withResolvers<Error>();
  #reason: Error | undefined;

  /** @param close ends the thread, which has been told to stop waiting */
  constructor(rank: number, memory: ExchangeMemory, close: () => Promise<unknown>) {
    this.rank = rank;
    this.memory = memory;
    this.lost = this.#ended.promise;
    this.#line = memory.line(rank);
    this.#close = close;
  }

  get ready(): boolean {
    return this.#reason === undefined;
  }

  async run({ layer, hidden }: RoutedRows, wanted?: Promise<void>): Promise<RankAnswer> {
    if (this.#reason !== undefined) throw this.#reason;
    if (this.#line.busy) throw new Error(`rank ${this.rank} computes another layer; dispatch one at a time`);
    const rows = hidden.length / this.memory.shared.shape.hiddenSize;
    const views = this.memory.layer(rows);
    if (hidden !== views.hidden) throw new Error("the rows are not in the exchange's memory; put them there first");
    this.#line.ask({ layer, rows });
    await wanted;
    while (this.#line.busy) {
      // Before the wait: the thread may have ended while the caller was busy.
      if (this.#reason !== undefined) throw this.#reason;
      await this.#line.answered();
    }
    return { partial: views.slots[this.rank] as RankAnswer["partial"], computeMs: this.#line.computeMs() };
  }

  /** Call when the thread has ended. The first reason counts. */
  end(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#ended.resolve(reason);
    this.#line.wakeLeader();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end(new Error("the link was closed"));
    this.#line.stop();
    await this.#close();
  }
}

/** Answers a leader's dispatches until its link is closed. Blocks this thread whenever there is none. */
export async function answerFrom(shared: SharedExchange, link: RankLink, sliceMs = SLICE_MS): Promise<void> {
  const memory = new ExchangeMemory(shared);
  const line = memory.line(link.rank);
  for (;;) {
    line.wait(sliceMs);
    if (line.stopped) return;
    if (line.busy) await answer(memory, line, link);
    else await setImmediate();
  }
}

async function answer(memory: ExchangeMemory, line: RankLine, link: RankLink): Promise<void> {
  const { layer, rows } = line.dispatch;
  const { hidden, experts, weights, slots } = memory.layer(rows);
  const into = slots[link.rank] as RankAnswer["partial"];
  try {
    const routed = { layer, hidden, experts, weights: weights[link.rank] as Float32Array, into };
    const { partial, computeMs } = await link.run(routed);
    if (partial !== into) into.set(partial);
    line.answer(computeMs);
  } catch (error) {
    line.fail((error as Error).message);
  }
}
