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
import type { ForwardOutput, ModelForward } from "./model-forward.ts";

/** A submission's blocks in the forward that ran them. */
export interface Batched {
  /** A claim of the submission's own, to be disposed of. */
  readonly output: ForwardOutput;
  /** The first of its blocks in `output`. */
  readonly first: number;
  /** For each block a candidate per cell it asks about. */
  readonly candidates: readonly (readonly Candidate[])[];
}

interface Submission {
  /** `peers` count from the submission's own first block. */
  readonly blocks: readonly BlockInput[];
  readonly resolve: (batched: Batched) => void;
  readonly reject: (error: unknown) => void;
}

export class Batcher {
  readonly #forward: Pick<ModelForward, "layers" | "head" | "maxBlocks">;
  readonly #blockLength: number;
  /** Keeps forwards in step with those of other ranks. */
  readonly #rounds: Pick<Lockstep, "begin" | "end"> | undefined;
  readonly #pending: Submission[] = [];
  #running = false;

  constructor(
    forward: Pick<ModelForward, "layers" | "head" | "maxBlocks">,
    blockLength: number,
    rounds?: Pick<Lockstep, "begin" | "end">,
  ) {
    this.#forward = forward;
    this.#blockLength = blockLength;
    this.#rounds = rounds;
  }

  /** Runs blocks in one forward, together with those of other sequences that are ready. */
  run(blocks: readonly BlockInput[]): Promise<Batched> {
    const { promise, resolve, reject } = Promise.withResolvers<Batched>();
    this.#pending.push({ blocks, resolve, reject });
    void this.#pump();
    return promise;
  }

  async #pump(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (;;) {
      // Lets sequences whose forward has just ended submit the next one.
      await setImmediate();
      if (this.#pending.length === 0) break;
      await this.#rounds?.begin();
      await this.#runBatch(this.#take());
    }
    this.#rounds?.end();
    this.#running = false;
  }

  /** The oldest submissions that fit a forward together, at least one. */
  #take(): Submission[] {
    const { maxBlocks = Number.POSITIVE_INFINITY } = this.#forward;
    let blocks = 0;
    const isOver = (submission: Submission): boolean => {
      blocks += submission.blocks.length;
      return blocks > maxBlocks;
    };
    const end = this.#pending.findIndex(isOver);
    return this.#pending.splice(0, end < 0 ? this.#pending.length : Math.max(1, end));
  }

  async #runBatch(batch: readonly Submission[]): Promise<void> {
    try {
      const firsts: number[] = [];
      const blocks: BlockInput[] = [];
      for (const submission of batch) {
        const first = blocks.length;
        firsts.push(first);
        blocks.push(
          ...submission.blocks.map((block) => ({ ...block, peers: block.peers.map((peer) => first + peer) })),
        );
      }
      using output = await this.#forward.layers(blocks);
      const found = await this.#candidates(output, blocks);
      batch.forEach(({ blocks, resolve }, i) => {
        const first = firsts[i] as number;
        resolve({ output: output.share(), first, candidates: found.slice(first, first + blocks.length) });
      });
    } catch (error) {
      const isUnreachable = error instanceof WorkerError && error.code === "unavailable";
      if (batch.length === 1 || isUnreachable) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // Retries a failed batch one submission at a time, so that one bad request does not fail the others.
      for (const submission of batch) await this.#runBatch([submission]);
    }
  }

  /** Runs the head for the cells that the blocks ask about. */
  async #candidates(output: ForwardOutput, blocks: readonly BlockInput[]): Promise<Candidate[][]> {
    const rows: number[] = [];
    const draws: Draw[] = [];
    const adjustments: LogitAdjustment[] = [];
    blocks.forEach((block, b) => {
      const rowOf = new Map(block.cells.map((cell, row) => [cell, rows.length + row]));
      draws.push(...(block.draws ?? []).map((draw) => ({ ...draw, cell: rowOf.get(draw.cell) as number })));
      // A loop: `push(...)` fails on more adjustments than an argument list can hold.
      for (const { cell, token, by } of block.adjustments ?? []) {
        adjustments.push({ cell: rowOf.get(cell) as number, token, by });
      }
      rows.push(...block.cells.map((cell) => b * this.#blockLength + cell));
    });
    const found = rows.length > 0 ? await this.#forward.head(output, rows, draws, adjustments) : [];
    return blocks.map(({ cells }) => found.splice(0, cells.length));
  }
}
