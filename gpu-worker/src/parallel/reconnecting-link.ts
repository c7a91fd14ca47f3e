/**
 * A link that is never waited for without end, and that is opened again when its rank is lost. A rank keeps nothing between
 * layers, so one that comes back can go on at once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { within } from "../clock.ts";
import { WorkerError } from "../errors.ts";
import type { RankAnswer, RankLink, RoutedRows } from "./exchange.ts";

/** Far beyond what a layer takes, well below what a client waits: a rank that needs longer is taken for lost. */
export const RANK_DEADLINE_MS = 5000;

/** Between two attempts to reach a lost rank. */
const REOPEN_AFTER_MS = 500;

export interface KeptLinkOptions {
  readonly rank: number;
  /** Reaches the rank. @throws when it cannot be reached */
  readonly open: (signal: AbortSignal) => Promise<RankLink>;
  readonly deadlineMs?: number;
}

/** Opens the link for the first time. @throws what `open` throws */
export async function keepLink(options: KeptLinkOptions): Promise<RankLink> {
  const closed = new AbortController();
  return new KeptLink(options, await options.open(closed.signal), closed);
}

class KeptLink implements RankLink {
  readonly rank: number;
  readonly #options: KeptLinkOptions;
  readonly #closed: AbortController;
  #link: RankLink | undefined;
  /** Why the rank is not back yet. */
  #missing = "";

  constructor(options: KeptLinkOptions, first: RankLink, closed: AbortController) {
    this.rank = options.rank;
    this.#options = options;
    this.#closed = closed;
    this.#link = first;
    this.#watch(first);
  }

  get ready(): boolean {
    return this.#link?.ready ?? false;
  }

  async run(routed: RoutedRows): Promise<RankAnswer> {
    const link = this.#link;
    if (link === undefined) throw lost(this.rank, `it is not back yet${this.#missing}`);
    const { deadlineMs = RANK_DEADLINE_MS } = this.#options;
    try {
      const answer = await within(link.run(routed), deadlineMs);
      if (answer === undefined) throw new Error(`no answer for layer ${routed.layer} within ${deadlineMs} ms`);
      return answer;
    } catch (cause) {
      const error = lost(this.rank, (cause as Error).message, cause);
      if (this.#link === link) void this.#replace(link);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#link?.[Symbol.asyncDispose]();
  }

  /** A rank may be lost while nobody asks it, and must be back before anybody does. */
  #watch(link: RankLink): void {
    void link.lost?.then(() => {
      if (this.#link === link && !this.#closed.signal.aborted) void this.#replace(link);
    });
  }

  async #replace(link: RankLink): Promise<void> {
    this.#link = undefined;
    this.#missing = "";
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
        this.#missing = ` (${(error as Error).message})`;
        await sleep(REOPEN_AFTER_MS, undefined, { signal }).catch(() => {});
      }
    }
  }
}

function lost(rank: number, why: string, cause?: unknown): WorkerError {
  return new WorkerError("unavailable", `rank ${rank} is lost: ${why}; try again`, { cause });
}
