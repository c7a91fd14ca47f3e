/** Work in progress and the way out: nothing new starts, what runs may finish, then it is cancelled. It knows no sockets. */
import { once } from "node:events";
import type { Clock } from "../clock.ts";

/** A piece of work; dispose it when it is done. */
export interface Work extends Disposable {
  /** Aborts when the time to finish is over. */
  readonly signal: AbortSignal;
}

export class Drain {
  readonly #clock: Clock;
  readonly #running = new Set<Work>();
  readonly #over = new AbortController();
  readonly #idle = Promise.withResolvers<void>();
  #draining = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined once draining. */
  begin(): Work | undefined {
    if (this.#draining) return undefined;
    const work: Work = { signal: this.#over.signal, [Symbol.dispose]: () => this.#finish(work) };
    this.#running.add(work);
    return work;
  }

  /** Resolves when no work is left, which is cancelled after `limitMs`. */
  async drain(limitMs: number): Promise<void> {
    this.#draining = true;
    if (this.#running.size === 0) return;
    using _timer = this.#clock.timer(limitMs, () => this.#over.abort());
    await this.#idle.promise;
  }

  #finish(work: Work): void {
    this.#running.delete(work);
    if (this.#draining && this.#running.size === 0) this.#idle.resolve();
  }
}

/** Resolves when the process is asked to leave. Asked a second time, it leaves at once. */
export async function terminated(): Promise<void> {
  const heard = new AbortController();
  const { signal } = heard;
  await Promise.race([once(process, "SIGTERM", { signal }), once(process, "SIGINT", { signal })]);
  heard.abort();
}
