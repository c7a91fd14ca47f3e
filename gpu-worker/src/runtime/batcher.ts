/**
 * Continuous batching: blocks of different sequences, at any places, share a forward. Whoever is ready when a forward starts
 * is in it; who is done leaves, who is new joins the next. It knows blocks, not sequences.
 */
import { setImmediate } from "node:timers/promises";
import type { AskedBlock, Candidate } from "../decoding/decode.ts";
import { WorkerError } from "../errors.ts";
import type { BlockInput } from "./attention-inputs.ts";
import type { Forward, ForwardOutput, RowAdjustment, RowDraw } from "./forward.ts";

/** A block in a forward and the cells of it that want a candidate. */
export type PlacedBlock = BlockInput & Pick<AskedBlock, "cells" | "draws" | "adjustments">;

/** Where a submission's blocks stand in the forward that ran them. */
export interface Batched {
  readonly output: ForwardOutput;
  /** The first of its blocks in `output`. */
  readonly first: number;
  /** Of each block, for the cells it asked for. */
  readonly candidates: readonly (readonly Candidate[])[];
}

interface Submission {
  /** `peers` count from the submission's own first block. */
  readonly blocks: readonly PlacedBlock[];
  readonly resolve: (batched: Batched) => void;
  readonly reject: (error: unknown) => void;
}

/** Who else runs forwards, and is to run them at the same time. */
export interface Rounds {
  /** Resolves when a forward may run. */
  begin(): Promise<void>;
  end(): void;
}

export class Batcher {
  readonly #forward: Pick<Forward, "layers" | "head">;
  readonly #blockLength: number;
  readonly #rounds: Rounds | undefined;
  readonly #pending: Submission[] = [];
  #running = false;

  constructor(forward: Pick<Forward, "layers" | "head">, blockLength: number, rounds?: Rounds) {
    this.#forward = forward;
    this.#blockLength = blockLength;
    this.#rounds = rounds;
  }

  /** Runs blocks in one forward, with whatever else is ready. */
  run(blocks: readonly PlacedBlock[]): Promise<Batched> {
    const { promise, resolve, reject } = Promise.withResolvers<Batched>();
    this.#pending.push({ blocks, resolve, reject });
    void this.#pump();
    return promise;
  }

  async #pump(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      // Sequences whose forward has just ended hand in their next one.
      await setImmediate();
      if (this.#pending.length === 0) break;
      await this.#rounds?.begin();
      await this.#runBatch(this.#pending.splice(0));
    }
    this.#rounds?.end();
    this.#running = false;
  }

  async #runBatch(batch: readonly Submission[]): Promise<void> {
    try {
      const firsts: number[] = [];
      const blocks: PlacedBlock[] = [];
      for (const submission of batch) {
        const first = blocks.length;
        firsts.push(first);
        blocks.push(
          ...submission.blocks.map((block) => ({ ...block, peers: block.peers.map((peer) => first + peer) })),
        );
      }
      const output = await this.#forward.layers(blocks);
      const found = await this.#candidates(output, blocks);
      batch.forEach(({ blocks, resolve }, i) => {
        const first = firsts[i] as number;
        resolve({ output, first, candidates: found.slice(first, first + blocks.length) });
      });
    } catch (error) {
      const nobodys = error instanceof WorkerError && error.code === "unavailable";
      if (batch.length === 1 || nobodys) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // One of them is at fault: alone, the others get what they would have got.
      for (const submission of batch) await this.#runBatch([submission]);
    }
  }

  /** The candidates that each block asked for. */
  async #candidates(output: ForwardOutput, blocks: readonly PlacedBlock[]): Promise<Candidate[][]> {
    const rows: number[] = [];
    const draws: RowDraw[] = [];
    const adjustments: RowAdjustment[] = [];
    blocks.forEach((block, b) => {
      const rowOf = new Map(block.cells.map((cell, row) => [cell, rows.length + row]));
      draws.push(...(block.draws ?? []).map(({ cell, ...draw }) => ({ ...draw, row: rowOf.get(cell) as number })));
      // There may be more than an argument list can hold.
      for (const { cell, token, by } of block.adjustments ?? []) {
        adjustments.push({ row: rowOf.get(cell) as number, token, by });
      }
      rows.push(...block.cells.map((cell) => b * this.#blockLength + cell));
    });
    const found = rows.length > 0 ? await this.#forward.head(output, rows, draws, adjustments) : [];
    return blocks.map(({ cells }) => found.splice(0, cells.length));
  }
}
