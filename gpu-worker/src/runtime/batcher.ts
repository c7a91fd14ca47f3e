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
import { MeasuredForwards } from "./measured-forwards.ts";
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

export interface BatcherOptions {
  /** Keeps forwards in step with those of other ranks. */
  readonly rounds?: Pick<Lockstep, "begin" | "end"> | undefined;
  readonly forwardLimitMs?: number | undefined;
}

export class Batcher {
  readonly #forward: Pick<ModelForward, "layers" | "head" | "maxBlocks">;
  readonly blockLength: number;
  readonly health: MeasuredForwards;
  readonly #rounds: BatcherOptions["rounds"];
  /** The blocks of each caller, whose `peers` count from their own first block, and its promise; the oldest first. */
  readonly #pending = new Map<readonly BlockInput[], PromiseWithResolvers<Batched>>();
  /** A block that belongs to no sequence. */
  readonly #probe: readonly BlockInput[];
  #probing: Promise<Batched> | undefined;
  #running = false;

  constructor(
    forward: Pick<ModelForward, "layers" | "head" | "maxBlocks">,
    blockLength: number,
    { rounds, forwardLimitMs }: BatcherOptions = {},
  ) {
    this.#forward = forward;
    this.blockLength = blockLength;
    this.#rounds = rounds;
    this.health = new MeasuredForwards(forwardLimitMs);
    this.#probe = [{ tokens: Array<number>(blockLength).fill(0), cells: [0], pages: [], peers: [] }];
  }

  /** Runs blocks in one forward, together with those of other sequences that are ready. */
  run(blocks: readonly BlockInput[]): Promise<Batched> {
    const caller = Promise.withResolvers<Batched>();
    this.#pending.set(blocks, caller);
    void this.#pump();
    return caller.promise;
  }

  /** Runs a forward for no sequence. @throws why it failed */
  async probe(): Promise<void> {
    this.#probing ??= this.run(this.#probe).finally(() => {
      this.#probing = undefined;
    });
    const { output } = await this.#probing;
    output[Symbol.dispose]();
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
    const { failure } = this.health;
    if (failure !== undefined && !batch.has(this.#probe)) {
      for (const { reject } of batch.values()) reject(failing(failure));
      return;
    }
    try {
      const all: BlockInput[] = [];
      const firsts = [...batch.keys()].map((blocks) => {
        const first = all.length;
        all.push(...blocks.map((block) => ({ ...block, peers: block.peers.map((peer) => first + peer) })));
        return first;
      });
      const { output: own, found } = await this.health.measure(() => this.#runBlocks(all));
      using output = own;
      this.health.failure = undefined;
      [...batch].forEach(([{ length }, { resolve }], i) => {
        const first = firsts[i] as number;
        resolve({ output: output.share(), first, candidates: found.slice(first, first + length) });
      });
    } catch (error) {
      const isUnreachable = error instanceof WorkerError && error.code === "unavailable";
      if (batch.size === 1 || isUnreachable) {
        const reason = isUnreachable ? error : await this.#blame(batch, error as Error);
        for (const { reject } of batch.values()) reject(reason);
        return;
      }
      // Retries a failed batch one caller at a time, so that one bad request does not fail the others.
      for (const one of batch) await this.#runBatch(new Map([one]));
    }
  }

  async #runBlocks(blocks: readonly BlockInput[]) {
    const output = await this.#forward.layers(blocks);
    try {
      return { output, found: await this.#candidates(output, blocks) };
    } catch (error) {
      output[Symbol.dispose]();
      throw error;
    }
  }

  /** Tells a request that fails its forward from a model that fails every forward: then a probe fails too. */
  async #blame(batch: ReadonlyMap<readonly BlockInput[], unknown>, error: Error): Promise<Error> {
    try {
      if (batch.has(this.#probe)) throw error;
      const { output } = await this.health.measure(() => this.#runBlocks(this.#probe));
      output[Symbol.dispose]();
      return error;
    } catch (cause) {
      this.health.failure = (cause as Error).message;
      return failing(this.health.failure, cause);
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

function failing(reason: string, cause?: unknown): WorkerError {
  return new WorkerError("unavailable", `every forward fails: ${reason}; try again`, { cause });
}
