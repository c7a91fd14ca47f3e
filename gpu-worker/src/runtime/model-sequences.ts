/** The sequences of a model: they prefill, denoise and commit over a paged K/V cache, in batched forwards. */
import type { Candidate } from "../decoding/block.ts";
import type { BlockQuery, SequenceForwards, TokenScore } from "../decoding/forwards.ts";
import type { PageId } from "../memory/page-allocator.ts";
import type { Manifest } from "../model/manifest.ts";
import type { Lockstep } from "../parallel/lockstep.ts";
import type { BlockInput } from "./attention-inputs.ts";
import { Batcher } from "./batcher.ts";
import type { ForwardOutput, ModelForward } from "./model-forward.ts";

export interface SequencesOptions {
  /** Data-parallel attention: keeps forwards in step with those of other ranks. */
  readonly rounds?: Lockstep | undefined;
  readonly forwardLimitMs?: number | undefined;
}

/** Sequences over a model's forwards, the counts of all of them, and the forwards' health. */
export function sequencesOf(forward: ModelForward, { blockLength }: Manifest, options: SequencesOptions) {
  const batcher = new Batcher(forward, blockLength, options);
  const counts = { forwards: 0, prefillForwards: 0 };
  return {
    counts,
    health: batcher.health,
    probe: () => batcher.probe(),
    sequence: (pages: readonly PageId[]) => new Sequence(forward, batcher, counts, pages),
    sequenceWithoutCache: () => new Sequence(forward, batcher, counts),
  };
}

/** Its final blocks are in pages, or, without pages, run again in every forward. */
class Sequence implements SequenceForwards {
  readonly counts = { forwards: 0, prefillForwards: 0 };
  readonly #forward: ModelForward;
  readonly #batcher: Batcher;
  /** The counts of all sequences. */
  readonly #total: { forwards: number; prefillForwards: number };
  readonly #pages: readonly PageId[] | undefined;
  #cached = 0;
  /** Without pages: the final blocks. */
  readonly #again: BlockQuery[] = [];
  /** The last forward of open blocks; `at` is its first block that is not committed yet. */
  #last: { readonly output: ForwardOutput; at: number; readonly open: BlockQuery[] } | undefined;
  #isDisposed = false;

  constructor(
    forward: ModelForward,
    batcher: Batcher,
    total: { forwards: number; prefillForwards: number },
    pages?: readonly PageId[],
  ) {
    this.#forward = forward;
    this.#batcher = batcher;
    this.#total = total;
    this.#pages = pages;
  }

  skip(blocks: number): void {
    if (this.#pages === undefined && blocks > 0) throw new Error("without a cache every block is run");
    this.#cached += blocks;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    if (tokens.length === 0) return;
    const { blockLength } = this.#batcher;
    const blocks = range(tokens.length / blockLength).map((i): BlockQuery => {
      return { tokens: tokens.slice(i * blockLength, (i + 1) * blockLength), cells: [] };
    });
    if (this.#pages === undefined) {
      this.#again.push(...blocks);
      return;
    }
    this.#count("prefillForwards");
    const { output, first } = await this.#batcher.run(this.#inputs(blocks));
    using claim = output;
    for (const i of blocks.keys()) this.#append(claim, first + i);
  }

  async forward(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    this.#count("forwards");
    const again = this.#again.length;
    const { output, first, candidates } = await this.#batcher.run(this.#inputs([...this.#again, ...blocks]));
    this.#last?.output[Symbol.dispose]();
    this.#last = { output, at: first + again, open: [...blocks] };
    if (this.#isDisposed) output[Symbol.dispose]();
    return candidates.slice(again);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#last?.output[Symbol.dispose]();
  }

  async score(cells: readonly number[], tokens: readonly number[], best: number): Promise<readonly TokenScore[]> {
    const last = this.#last;
    if (last === undefined) throw new Error("tokens can be scored only after a forward of open blocks");
    const rows = cells.map((cell) => last.at * this.#batcher.blockLength + cell);
    return this.#forward.score(last.output, rows, tokens, best);
  }

  async commit(block: readonly number[]): Promise<void> {
    const last = this.#last;
    const seen = last?.open.shift();
    if (last === undefined || !seen?.tokens.every((token, i) => token === block[i])) {
      throw new Error("a block was committed that the last forward did not see");
    }
    if (this.#pages === undefined) this.#again.push({ tokens: block, cells: [] });
    else this.#append(last.output, last.at);
    last.at++;
  }

  #inputs(blocks: readonly BlockQuery[]): BlockInput[] {
    const pages = this.#pages?.slice(0, this.#cached) ?? [];
    return blocks.map((block, i) => ({ ...block, pages, peers: range(i) }));
  }

  #append(output: ForwardOutput, at: number): void {
    const page = this.#pages?.[this.#cached];
    if (page === undefined) throw new Error(`a block more than the ${this.#pages?.length} pages that were allocated`);
    this.#forward.write(page, output, at);
    this.#cached++;
  }

  #count(kind: keyof SequenceForwards["counts"]): void {
    this.counts[kind]++;
    this.#total[kind]++;
  }
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
