/**
 * A rank's experts for several leaders at once: their rows of a layer are run together, once every leader in the round has sent
 * its own (lockstep.ts). A row's sums do not depend on the rows beside it. It knows no graphs and no transport.
 */
import type { RankAnswer, RankLink, RoutedRows, Rows } from "./exchange.ts";
import type { Lockstep } from "./lockstep.ts";
import { RANK_DEADLINE_MS } from "./reconnecting-link.ts";

/** A leader that asks no rank for so long is done without: before those who did ask take this rank for lost. */
const PATIENCE_MS = RANK_DEADLINE_MS / 2;

interface Asked {
  readonly leader: number;
  readonly routed: RoutedRows;
  readonly resolve: (answer: RankAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export class Gathering {
  readonly #experts: RankLink;
  readonly #lockstep: Pick<Lockstep, "members" | "expel" | "advance" | "changed">;
  readonly #patienceMs: number;
  readonly #asked: Asked[] = [];
  #running = false;
  #late: NodeJS.Timeout | undefined;

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
  askedBy(leader: number): RankLink {
    return {
      rank: this.#experts.rank,
      ready: true,
      run: (routed) => this.#ask(leader, routed),
      async [Symbol.asyncDispose]() {},
    };
  }

  #ask(leader: number, routed: RoutedRows): Promise<RankAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RankAnswer>();
    this.#asked.push({ leader, routed, resolve, reject });
    this.#lockstep.advance();
    void this.#look();
    return promise;
  }

  async #look(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#asked.length > 0 && this.#missing.length === 0) await this.#runLayer();
    this.#running = false;
    // This thread may have computed all the while: what has arrived is heard first.
    const late = () => setImmediate(() => this.#goOn());
    if (this.#asked.length > 0) this.#late ??= setTimeout(late, this.#patienceMs);
  }

  /** Those in the round that have asked for nothing yet. */
  get #missing(): readonly number[] {
    return this.#lockstep.members.filter((member) => !this.#asked.some(({ leader }) => leader === member));
  }

  #goOn(): void {
    if (this.#late === undefined) return;
    this.#late = undefined;
    this.#lockstep.expel(this.#missing);
    void this.#look();
  }

  /** Who leaves is no longer waited for. */
  async #watch(): Promise<never> {
    for (;;) {
      // Asked for before it is looked: what changes in between is not missed.
      const changed = this.#lockstep.changed();
      void this.#look();
      await changed;
    }
  }

  /** In step, all have asked for the same layer. */
  async #runLayer(): Promise<void> {
    clearTimeout(this.#late);
    this.#late = undefined;
    const layer = this.#asked[0]?.routed.layer;
    const together = this.#asked.filter(({ routed }) => routed.layer === layer);
    for (const asked of together) this.#asked.splice(this.#asked.indexOf(asked), 1);
    together.sort((a, b) => a.leader - b.leader);
    try {
      const { partial, computeMs } = await this.#run(merge(together.map(({ routed }) => routed)));
      let at = 0;
      for (const { routed, resolve } of together) {
        const end = at + routed.hidden.length;
        // Memory of its own, which may be moved to another thread.
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

/** Rows of one layer, one after the other. */
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
