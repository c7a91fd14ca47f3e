/**
 * Batches a rank's experts over several leaders: the rows of a layer run together, once every leader in the round has
 * dispatched its own (lockstep.ts). A row's sums do not depend on the rows beside it.
 */
import type { RankAnswer, RankLink, RoutedRows, Rows } from "./exchange.ts";
import type { Lockstep } from "./lockstep.ts";
import { RANK_DEADLINE_MS } from "./reconnecting-link.ts";

/** Idle leaders are skipped after this time, before waiting leaders would time out. */
const PATIENCE_MS = RANK_DEADLINE_MS / 2;

interface Dispatch {
  readonly leader: number;
  readonly routed: RoutedRows;
  readonly resolve: (answer: RankAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export class ExpertBatcher {
  readonly #experts: RankLink;
  readonly #lockstep: Pick<Lockstep, "members" | "expel" | "advance" | "changed">;
  readonly #patienceMs: number;
  readonly #waiting: Dispatch[] = [];
  #running = false;
  #patience: NodeJS.Timeout | undefined;

  /** @param experts the rank's own */
  constructor(
    experts: RankLink,
    lockstep: Pick<Lockstep, "members" | "expel" | "advance" | "changed">,
    patienceMs = PATIENCE_MS,
  ) {
    this.#experts = experts;
    this.#lockstep = lockstep;
    this.#patienceMs = patienceMs;
    void this.#watch();
  }

  /** The rank as one of the leaders sees it, itself included. */
  linkFor(leader: number): RankLink {
    return {
      rank: this.#experts.rank,
      ready: true,
      run: (routed) => this.#dispatch(leader, routed),
      async [Symbol.asyncDispose]() {},
    };
  }

  #dispatch(leader: number, routed: RoutedRows): Promise<RankAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RankAnswer>();
    this.#waiting.push({ leader, routed, resolve, reject });
    this.#lockstep.advance();
    void this.#runComplete();
    return promise;
  }

  /** Runs layers as long as no leader is missing. */
  async #runComplete(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#waiting.length > 0 && this.#missing.length === 0) await this.#runLayer();
    this.#running = false;
    // If this thread was busy, dispatches may have arrived in the meantime: they come first.
    const expel = () => setImmediate(() => this.#expelMissing());
    if (this.#waiting.length > 0) this.#patience ??= setTimeout(expel, this.#patienceMs);
  }

  /** Leaders in the round that have not dispatched yet. */
  get #missing(): readonly number[] {
    return this.#lockstep.members.filter((member) => !this.#waiting.some(({ leader }) => leader === member));
  }

  #expelMissing(): void {
    if (this.#patience === undefined) return;
    this.#patience = undefined;
    this.#lockstep.expel(this.#missing);
    void this.#runComplete();
  }

  /** Notices leaders that leave the round. */
  async #watch(): Promise<never> {
    for (;;) {
      // Subscribe before checking, so that no change is missed.
      const changed = this.#lockstep.changed();
      void this.#runComplete();
      await changed;
    }
  }

  /** In lockstep, all waiting dispatches are for the same layer. */
  async #runLayer(): Promise<void> {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    const layer = this.#waiting[0]?.routed.layer;
    const together = this.#waiting.filter(({ routed }) => routed.layer === layer);
    for (const dispatch of together) this.#waiting.splice(this.#waiting.indexOf(dispatch), 1);
    together.sort((a, b) => a.leader - b.leader);
    try {
      const { partial, computeMs } = await this.#run(merge(together.map(({ routed }) => routed)));
      let at = 0;
      for (const { routed, resolve } of together) {
        const end = at + routed.hidden.length;
        // A copy, since its memory may be moved to another thread.
        resolve({ partial: together.length === 1 ? partial : partial.slice(at, end), computeMs });
        at = end;
      }
    } catch (error) {
      for (const { reject } of together) reject(error);
    }
  }

  async #run(routed: RoutedRows): Promise<RankAnswer> {
    if (routed.hidden.length === 0) return { partial: routed.hidden.slice(), computeMs: 0 };
    return this.#experts.run(routed);
  }
}

/** Concatenates the rows of one layer. */
function merge(routed: readonly RoutedRows[]): RoutedRows {
  const [first, ...others] = routed as readonly [RoutedRows, ...RoutedRows[]];
  if (others.length === 0) return first;
  return {
    layer: first.layer,
    hidden: join(routed.map(({ hidden }) => hidden)),
    experts: join(routed.map(({ experts }) => experts)),
    weights: join(routed.map(({ weights }) => weights)),
  };
}

function join<T extends Rows | BigInt64Array>(parts: readonly T[]): T {
  const [first] = parts as readonly [T, ...T[]];
  const joined = new (first.constructor as new (length: number) => T)(
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    joined.set(part as never, at);
    at += part.length;
  }
  return joined;
}
