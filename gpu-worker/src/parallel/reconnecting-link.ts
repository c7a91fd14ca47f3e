/**
 * A link with a deadline, which is reopened when its rank fails. A rank keeps no state between layers, so a rank that is back
 * can continue immediately.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { within } from "../clock.ts";
import { WorkerError } from "../errors.ts";
import type { RankAnswer, RankLink, RoutedRows } from "./exchange.ts";
import type { ExchangeMemory } from "./exchange-memory.ts";

/** Far above the time of a layer, well below a client's patience: a rank that needs longer is unreachable. */
export const RANK_DEADLINE_MS = 5000;

/** Between two attempts to reopen a link. */
const REOPEN_AFTER_MS = 500;

export interface ReconnectingLinkOptions {
  readonly rank: number;
  /** Connects to the rank, each time over the same memory. @throws Error when it is unreachable */
  readonly open: (signal: AbortSignal) => Promise<RankLink>;
  readonly deadlineMs?: number;
}

/** Opens the link for the first time. @throws what `open` throws */
export async function openReconnectingLink(options: ReconnectingLinkOptions): Promise<RankLink> {
  const closed = new AbortController();
  return new ReconnectingLink(options, await options.open(closed.signal), closed);
}

class ReconnectingLink implements RankLink {
  readonly rank: number;
  readonly memory: ExchangeMemory | undefined;
  readonly #options: ReconnectingLinkOptions;
  readonly #closed: AbortController;
  /** Undefined while it is being reopened. */
  #link: RankLink | undefined;
  /** The last failure to reopen the link. */
  #lastError: Error | undefined;

  constructor(options: ReconnectingLinkOptions, first: RankLink, closed: AbortController) {
    this.rank = options.rank;
    this.memory = first.memory;
    this.#options = options;
    this.#closed = closed;
    this.#link = first;
    this.#watch(first);
  }

  get ready(): boolean {
    return this.#link?.ready ?? false;
  }

  async run(routed: RoutedRows, wanted?: Promise<void>): Promise<RankAnswer> {
    const link = this.#link;
    if (link === undefined) {
      const detail = this.#lastError === undefined ? "" : ` (${this.#lastError.message})`;
      throw unreachableRank(this.rank, `reconnecting${detail}`);
    }
    const { deadlineMs = RANK_DEADLINE_MS } = this.#options;
    try {
      const answer = await within(link.run(routed, wanted), deadlineMs);
      if (answer === undefined) throw new Error(`no answer for layer ${routed.layer} within ${deadlineMs} ms`);
      return answer;
    } catch (cause) {
      const error = unreachableRank(this.rank, (cause as Error).message, cause);
      if (this.#link === link) void this.#replace(link);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#link?.[Symbol.asyncDispose]();
  }

  /** Reopens the link also when its rank fails between two dispatches, so that it is back before the next one. */
  #watch(link: RankLink): void {
    void link.lost?.then(() => {
      if (this.#link === link && !this.#closed.signal.aborted) void this.#replace(link);
    });
  }

  async #replace(link: RankLink): Promise<void> {
    this.#link = undefined;
    this.#lastError = undefined;
    const { open } = this.#options;
    const { signal } = this.#closed;
    await link[Symbol.asyncDispose]();
    while (!signal.aborted) {
      try {
        const next = await open(signal);
        if (signal.aborted) return await next[Symbol.asyncDispose]();
        this.#link = next;
        this.#watch(next);
        return;
      } catch (error) {
        this.#lastError = error as Error;
        await sleep(REOPEN_AFTER_MS, undefined, { signal }).catch(() => {});
      }
    }
  }
}

function unreachableRank(rank: number, reason: string, cause?: unknown): WorkerError {
  return new WorkerError("unavailable", `rank ${rank} is unreachable: ${reason}; try again`, { cause });
}
