/**
 * Continuous batching: blocks of different sequences, at any places, share a forward. A sequence that is ready when a forward
 * starts is in it, so sequences join and leave between any two forwards.
 */
import { setImmediate } from "node:timers/promises";
import type { Candidate } from "../decoding/block.ts";
import type { Draw, LogitAdjustment } from "../decoding/forwards.ts";
import { WorkerError } from "../errors.ts";
import type { Lockstep } from "../parallel/lockstep.ts";
import type { BlockInput } from "./attention-inputs.ts";
import type { AllowedRow, ForwardOutput, ModelForward } from "./model-forward.ts";

/** A caller's blocks in the forward that ran them. */
export interface Batched {
  /** A claim of the caller's own, to be disposed of. */
  readonly output: ForwardOutput;
  /** The first of its blocks in `output`. */
  readonly first: number;
  /** For each block a candidate per cell it asks about. */
  readonly candidates: readonly (readonly Candidate[])[];
}

export class Batcher {
  readonly #forward: Pick<ModelForward, "layers" | "head" | "maxBlocks">;
  readonly blockLength: number;
  /** Keeps forwards in step with those of other ranks. */
  readonly #rounds: Pick<Lockstep, "begin" | "end"> | undefined;
  /** The blocks of each caller, whose `peers` count from their own first block, and its promise; the oldest first. */
  readonly #pending = new Map<readonly BlockInput[], PromiseWithResolvers<Batched>>();
  #running = false;

  constructor(
    forward: Pick<ModelForward, "layers" | "head" | "maxBlocks">,
    blockLength: number,
    rounds?: Pick<Lockstep, "begin" | "end">,
  ) {
    this.#forward = forward;
    this.blockLength = blockLength;
    this.#rounds = rounds;
  }

  /** Runs blocks in one forward, together with those of other sequences that are ready. */
  run(blocks: readonly BlockInput[]): Promise<Batched> {
    const caller = Promise.withResolvers<Batched>();
    this.#pending.set(blocks, caller);
    void this.#pump();
    return caller.promise;
  }

  async #pump(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      // Lets sequences whose forward has just ended submit the next one.
      await setImmediate();
      if (this.#pending.size === 0) break;
      await this.#rounds?.begin();
      await this.#runBatch(this.#take());
    }
    this.#rounds?.end();
    this.#running = false;
  }

  /** The oldest callers' blocks that fit a forward together, those of one caller at least. */
  #take(): Map<readonly BlockInput[], PromiseWithResolvers<Batched>> {
    const { maxBlocks = Number.POSITIVE_INFINITY } = this.#forward;
    const taken = new Map<readonly BlockInput[], PromiseWithResolvers<Batched>>();
    let count = 0;
    for (const [blocks, caller] of this.#pending) {
      count += blocks.length;
      if (count > maxBlocks && taken.size > 0) break;
      taken.set(blocks, caller);
      this.#pending.delete(blocks);
    }
    return taken;
  }

  async #runBatch(batch: ReadonlyMap<readonly BlockInput[], PromiseWithResolvers<Batched>>): Promise<void> {
    try {
      const all: BlockInput[] = [];
      const firsts = [...batch.keys()].map((blocks) => {
        const first = all.length;
        all.push(...blocks.map((block) => ({ ...block, peers: block.peers.map((peer) => first + peer) })));
        return first;
      });
      using output = await this.#forward.layers(all);
      const found = await this.#candidates(output, all);
      [...batch].forEach(([{ length }, { resolve }], i) => {
        const first = firsts[i] as number;
        resolve({ output: output.share(), first, candidates: found.slice(first, first + length) });
      });
    } catch (error) {
      const isUnreachable = error instanceof WorkerError && error.code === "unavailable";
      if (batch.size === 1 || isUnreachable) {
        for (const { reject } of batch.values()) reject(error);
        return;
      }
      // Retries a failed batch one caller at a time, so that one bad request does not fail the others.
      for (const one of batch) await this.#runBatch(new Map([one]));
    }
  }

  /** Runs the head for the cells that the blocks ask about. */
  async #candidates(output: ForwardOutput, blocks: readonly BlockInput[]): Promise<Candidate[][]> {
    const rows: number[] = [];
    const draws: Draw[] = [];
    const adjustments: LogitAdjustment[] = [];
    const best = new Set<number>();
    const allowed: AllowedRow[] = [];
    blocks.forEach((block, b) => {
      const rowOf = new Map(block.cells.map((cell, row) => [cell, rows.length + row]));
      draws.push(...(block.draws ?? []).map((draw) => ({ ...draw, cell: rowOf.get(draw.cell) as number })));
      // A loop: `push(...)` fails on more adjustments than an argument list can hold.
      for (const { cell, token, by } of block.adjustments ?? []) {
        adjustments.push({ cell: rowOf.get(cell) as number, token, by });
      }
      if (block.best) for (const row of rowOf.values()) best.add(row);
      if (block.allowed) allowed.push({ row: rowOf.get(block.allowed.cell) as number, bits: block.allowed.bits });
      rows.push(...block.cells.map((cell) => b * this.blockLength + cell));
    });
    const found = rows.length > 0 ? await this.#forward.head(output, rows, { draws, adjustments, best, allowed }) : [];
    return blocks.map(({ cells }) => found.splice(0, cells.length));
  }
}
