/** A model of an engine: all its sequences advance by one forward at a time, which takes longer the more there are. */
import type { VirtualTime } from "./virtual-time.ts";

export interface Pace {
  /** A forward of n sequences takes `forwardMs + n * sequenceMs`. */
  readonly forwardMs: number;
  readonly sequenceMs: number;
  readonly forwardsPerBlock: number;
  /** Forwards before the first of a response, at every worker that it comes to. */
  readonly prefillForwards: number;
}

/** A response in an engine. */
export interface Sequence {
  /** Blocks that it has to commit here. */
  readonly blocks: number;
}

interface Running<T extends Sequence> {
  readonly sequence: T;
  /** The engine's count of forwards, when the sequence came. */
  readonly from: number;
  /** The count at which it ends, or is handed over after this many blocks. */
  until: number;
  blocks: number;
}

/** A response left the engine: `blocks` are those that it committed there. */
export type Left<T extends Sequence> = (sequence: T, blocks: number) => void;

export function forwardTimeMs({ forwardMs, sequenceMs }: Pace, sequences: number): number {
  return forwardMs + sequences * sequenceMs;
}

/** Forwards of a response that commits so many blocks at one worker. */
export function forwardsOf({ prefillForwards, forwardsPerBlock }: Pace, blocks: number): number {
  return prefillForwards + blocks * forwardsPerBlock;
}

export class EngineModel<T extends Sequence> {
  readonly #time: VirtualTime;
  readonly #pace: Pace;
  readonly #left: Left<T>;
  #running: Running<T>[] = [];
  #forwards = 0;
  #countedMs = 0;
  /** Identifies the planned end, which every change makes obsolete. */
  #plan = 0;

  constructor(time: VirtualTime, pace: Pace, left: Left<T>) {
    this.#time = time;
    this.#pace = pace;
    this.#left = left;
  }

  add(sequence: T): void {
    this.#count();
    const { blocks } = sequence;
    const from = this.#forwards;
    this.#running.push({ sequence, from, until: from + forwardsOf(this.#pace, blocks), blocks });
    this.#planNext();
  }

  /** The blocks that each sequence has committed here. */
  *committed(): Generator<readonly [sequence: T, blocks: number]> {
    this.#count();
    for (const one of this.#running) yield [one.sequence, this.#committed(one)];
  }

  /** Ends each sequence at its next commit. */
  handOver(): void {
    this.#count();
    for (const one of this.#running) {
      one.blocks = Math.min(one.blocks, this.#committed(one) + 1);
      one.until = one.from + forwardsOf(this.#pace, one.blocks);
    }
    this.#planNext();
  }

  /** Ends all sequences now. */
  stop(): void {
    this.#count();
    const stopped = this.#running;
    this.#running = [];
    this.#plan++;
    for (const one of stopped) this.#left(one.sequence, this.#committed(one));
  }

  #committed({ from, blocks }: Running<T>): number {
    const { prefillForwards, forwardsPerBlock } = this.#pace;
    const done = Math.floor((this.#forwards - from - prefillForwards) / forwardsPerBlock + 1e-9);
    return Math.min(blocks, Math.max(0, done));
  }

  #count(): void {
    const { nowMs } = this.#time;
    const count = this.#running.length;
    if (count > 0) this.#forwards += (nowMs - this.#countedMs) / forwardTimeMs(this.#pace, count);
    this.#countedMs = nowMs;
  }

  #planNext(): void {
    const plan = ++this.#plan;
    if (this.#running.length === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { until } of this.#running) next = Math.min(next, until);
    const ms = (next - this.#forwards) * forwardTimeMs(this.#pace, this.#running.length);
    this.#time.after(ms, () => {
      if (plan === this.#plan) this.#end(next);
    });
  }

  #end(forwards: number): void {
    this.#count();
    // The sum of many small times is not exact.
    this.#forwards = forwards;
    const ended = this.#running.filter(({ until }) => until <= forwards);
    this.#running = this.#running.filter(({ until }) => until > forwards);
    this.#planNext();
    for (const { sequence, blocks } of ended) this.#left(sequence, blocks);
  }
}
