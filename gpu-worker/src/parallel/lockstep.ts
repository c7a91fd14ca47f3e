/**
 * Starts the forwards of data-parallel ranks together, so that each rank can run its experts once a layer for the rows of all
 * (expert-batcher.ts). The ranks' threads share memory that says which ranks are in the running round and which want to join
 * the next, which begins when the last member has left. Only speed depends on it: a missing rank is skipped.
 */
import { RANK_DEADLINE_MS } from "./reconnecting-link.ts";

/** Members and joining ranks are bit sets of one word, which is a signed 32-bit number. */
export const MAX_LOCKSTEP_RANKS = 15;
/** Bits 0-15 members, 16-31 joining; one compareExchange changes both. */
const JOINING_SHIFT = 16;

/** Words of the memory: the round, and a count of all ranks' dispatches. */
const [ROUND, PROGRESS] = [0, 1];

/** Sets of ranks, a bit for each. */
interface Round {
  readonly members: number;
  readonly joining: number;
}

export class Lockstep {
  readonly rank: number;
  readonly #words: Int32Array;
  readonly #deadlineMs: number;

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * @param memory the same for all ranks
   * @param deadlineMs a round without progress for this long is not waited for
   */
  constructor(rank: number, memory: SharedArrayBuffer, deadlineMs = RANK_DEADLINE_MS) {
    this.rank = rank;
    this.#words = new Int32Array(memory);
    this.#deadlineMs = deadlineMs;
  }

  /** Ranks in the running round: each dispatches to every rank for every layer, or leaves. */
  get members(): readonly number[] {
    const { members } = parse(this.#word);
    return Array.from({ length: MAX_LOCKSTEP_RANKS }, (_, rank) => rank).filter(
      (rank) => (members & (1 << rank)) !== 0,
    );
  }

  /** Leaves the running round, if this rank is in it, and resolves in the next. */
  async begin(): Promise<void> {
    const own = 1 << this.rank;
    this.#change(({ members, joining }) => ({ members: members & ~own, joining: joining | own }));
    let seen = Atomics.load(this.#words, PROGRESS);
    for (let round = this.#word; (round & own) === 0; round = this.#word) {
      if ((await Atomics.waitAsync(this.#words, ROUND, round, this.#deadlineMs).value) !== "timed-out") continue;
      const progress = Atomics.load(this.#words, PROGRESS);
      if (progress === seen) this.expel(this.members);
      seen = progress;
    }
  }

  /** Leaves the round. */
  end(): void {
    this.expel([this.rank]);
  }

  /** Removes ranks from this round, so that no rank waits for them; they may join the next. */
  expel(ranks: readonly number[]): void {
    const expelled = ranks.reduce((bits, rank) => bits | (1 << rank), 0);
    this.#change(({ members, joining }) => ({ members: members & ~expelled, joining }));
  }

  /** Counts progress of the round. */
  advance(): void {
    Atomics.add(this.#words, PROGRESS, 1);
  }

  /** Resolves when a rank leaves or a round begins after this call. */
  async changed(): Promise<void> {
    await Atomics.waitAsync(this.#words, ROUND, this.#word).value;
  }

  get #word(): number {
    return Atomics.load(this.#words, ROUND);
  }

  #change(to: (round: Round) => Round): void {
    for (;;) {
      const before = this.#word;
      const { members, joining } = to(parse(before));
      // The last member has left: the next round begins.
      const after = members === 0 ? joining : members | (joining << JOINING_SHIFT);
      if (after === before) return;
      if (Atomics.compareExchange(this.#words, ROUND, before, after) !== before) continue;
      Atomics.notify(this.#words, ROUND);
      return;
    }
  }
}

function parse(word: number): Round {
  return { members: word & ((1 << JOINING_SHIFT) - 1), joining: word >>> JOINING_SHIFT };
}
