/**
 * Ranks that lead sequences of their own begin their forwards together, so that each can run its experts once a layer for the
 * rows of all (gathering.ts). Memory that the ranks' threads share says who is in the round that runs and who wants to be in the
 * next one, which begins when the last has left. Nothing but speed depends on it: who is missing is done without.
 */
import { RANK_DEADLINE_MS } from "./reconnecting-link.ts";

/** Members and those who want to be take 16 bits each of one number, which so changes at once. */
export const MOST_RANKS_IN_STEP = 15;
const WANTING = 16;

/** Where the number stands, and where all ranks count what they have done. */
const [ROUND, PROGRESS] = [0, 1];

interface Round {
  /** A bit for each rank. */
  readonly members: number;
  readonly wanting: number;
}

export class Lockstep {
  readonly rank: number;
  readonly #state: Int32Array;
  readonly #deadlineMs: number;

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * @param memory the same of all ranks
   * @param deadlineMs a round in which nothing is done for so long is not waited for
   */
  constructor(rank: number, memory: SharedArrayBuffer, deadlineMs = RANK_DEADLINE_MS) {
    this.rank = rank;
    this.#state = new Int32Array(memory);
    this.#deadlineMs = deadlineMs;
  }

  /** Ranks in the round that runs: they ask every rank for every layer, or leave. */
  get members(): readonly number[] {
    const { members } = this.#round;
    return Array.from({ length: MOST_RANKS_IN_STEP }, (_, rank) => rank).filter(
      (rank) => (members & (1 << rank)) !== 0,
    );
  }

  /** Leaves the round that runs, if it is in it, and resolves in the next. */
  async begin(): Promise<void> {
    const own = 1 << this.rank;
    this.#change(({ members, wanting }) => ({ members: members & ~own, wanting: wanting | own }));
    let seen = Atomics.load(this.#state, PROGRESS);
    for (let round = this.#word; (round & own) === 0; round = this.#word) {
      if ((await Atomics.waitAsync(this.#state, ROUND, round, this.#deadlineMs).value) !== "timed-out") continue;
      const progress = Atomics.load(this.#state, PROGRESS);
      if (progress === seen) this.expel(this.members);
      seen = progress;
    }
  }

  /** Leaves the round. */
  end(): void {
    this.expel([this.rank]);
  }

  /** Has nobody wait for these ranks any more in this round; they may be in the next. */
  expel(ranks: readonly number[]): void {
    const gone = ranks.reduce((bits, rank) => bits | (1 << rank), 0);
    this.#change(({ members, wanting }) => ({ members: members & ~gone, wanting }));
  }

  /** Says that the round goes on. */
  advance(): void {
    Atomics.add(this.#state, PROGRESS, 1);
  }

  /** Resolves when somebody has left or begun after this call. */
  async changed(): Promise<void> {
    await Atomics.waitAsync(this.#state, ROUND, this.#word).value;
  }

  get #word(): number {
    return Atomics.load(this.#state, ROUND);
  }

  get #round(): Round {
    return parse(this.#word);
  }

  #change(to: (round: Round) => Round): void {
    for (;;) {
      const before = this.#word;
      const { members, wanting } = to(parse(before));
      const after = members === 0 ? wanting : members | (wanting << WANTING);
      if (after === before) return;
      if (Atomics.compareExchange(this.#state, ROUND, before, after) !== before) continue;
      Atomics.notify(this.#state, ROUND);
      return;
    }
  }
}

function parse(word: number): Round {
  return { members: word & ((1 << WANTING) - 1), wanting: word >>> WANTING };
}
