/** Work in progress, and its end: no new work starts, running work may finish, then it is cancelled. */
import { once } from "node:events";
import type { Clock } from "../clock.ts";

/** A piece of work. Dispose it when it is done. */
export interface Work extends Disposable {
  /** Aborts when the drain's limit has passed, or with the reason why running work was broken off. */
  readonly signal: AbortSignal;
}

export class Drain {
  readonly #clock: Clock;
  readonly #running = new Set<Work>();
  /** Describes the work that runs now. */
  #end = new AbortController();
  readonly #idle = Promise.withResolvers<void>();
  #draining = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined once draining. */
  begin(): Work | undefined {
    if (this.#draining) return undefined;
    const work: Work = { signal: this.#end.signal, [Symbol.dispose]: () => this.#finish(work) };
    this.#running.add(work);
    return work;
  }

  /** Resolves when no work is left. Work that still runs after `limitMs` is cancelled. */
  async drain(limitMs: number): Promise<void> {
    this.#draining = true;
    if (this.#running.size === 0) return;
    using _timer = this.#clock.timer(limitMs, () => this.#end.abort());
    await this.#idle.promise;
  }

  /** Ends all running work with the reason. New work may begin. */
  breakOff(reason: Error): void {
    this.#end.abort(reason);
    this.#end = new AbortController();
  }

  #finish(work: Work): void {
    this.#running.delete(work);
    if (this.#draining && this.#running.size === 0) this.#idle.resolve();
  }
}

/** Resolves at the first SIGTERM or SIGINT. A second one ends the process immediately. */
export async function terminated(): Promise<void> {
  const received = new AbortController();
  const { signal } = received;
  await Promise.race([once(process, "SIGTERM", { signal }), once(process, "SIGINT", { signal })]);
  received.abort();
}
