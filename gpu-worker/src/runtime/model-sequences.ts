/** The sequences of a model: they prefill, denoise and commit over a paged K/V cache, in batched forwards. */
import type { Candidate } from "../decoding/block.ts";
import type { BlockQuery, ForwardCounts, SequenceForwards, TokenScore } from "../decoding/forwards.ts";
import type { PageId } from "../memory/page-allocator.ts";
import type { Manifest } from "../model/manifest.ts";
import type { Lockstep } from "../parallel/lockstep.ts";
import type { BlockInput } from "./attention-inputs.ts";
import { Batcher } from "./batcher.ts";
import type { ForwardOutput, ModelForward } from "./model-forward.ts";

/** Sequences over a model's forwards, and the counts of all of them. */
export function sequencesOf(forward: ModelForward, { blockLength }: Manifest, rounds?: Lockstep) {
  const batcher = new Batcher(forward, blockLength, rounds);
  const counts = { forwards: 0, prefillForwards: 0 };
  const shared: Shared = { forward, batcher, blockLength, counts };
  return {
    counts,
    sequence: (pages: readonly PageId[]) => new CachedSequence(shared, pages),
    sequenceWithoutCache: () => new UncachedSequence(shared),
  };
}

/** State shared by the sequences of a model. */
interface Shared {
  readonly forward: ModelForward;
  readonly batcher: Batcher;
  readonly blockLength: number;
  readonly counts: { forwards: number; prefillForwards: number };
}

class CachedSequence implements SequenceForwards {
  readonly counts = { forwards: 0, prefillForwards: 0 };
  readonly #shared: Shared;
  readonly #pages: readonly PageId[];
  #cached = 0;
  /** The last forward of open blocks; `at` is its first block that is not committed yet. */
  #last: { readonly output: ForwardOutput; at: number; readonly open: BlockQuery[] } | undefined;
  #isDisposed = false;

  constructor(shared: Shared, pages: readonly PageId[]) {
    this.#shared = shared;
    this.#pages = pages;
  }

  skip(blocks: number): void {
    this.#cached += blocks;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    if (tokens.length === 0) return;
    count(this, this.#shared, "prefillForwards");
    const blocks = cut(tokens, this.#shared.blockLength).map((tokens) => ({ tokens, cells: [] }));
    const { output, first } = await this.#shared.batcher.run(this.#inputs(blocks));
    using claim = output;
    blocks.forEach((_, i) => {
      this.#append(claim, first + i);
    });
  }

  async forward(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    count(this, this.#shared, "forwards");
    const { output, first: at, candidates } = await this.#shared.batcher.run(this.#inputs(blocks));
    this.#last?.output[Symbol.dispose]();
    this.#last = { output, at, open: [...blocks] };
    if (this.#isDisposed) output[Symbol.dispose]();
    return candidates;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#last?.output[Symbol.dispose]();
  }

  score(cells: readonly number[], tokens: readonly number[], best: number): Promise<readonly TokenScore[]> {
    return score(this.#shared, this.#last, cells, tokens, best);
  }

  async commit(block: readonly number[]): Promise<void> {
    const last = this.#last;
    const seen = last?.open.shift();
    if (last === undefined || !seen?.tokens.every((token, i) => token === block[i])) {
      throw new Error("a block was committed that the last forward did not see");
    }
    this.#append(last.output, last.at++);
  }

  #inputs(blocks: readonly BlockQuery[]): BlockInput[] {
    const pages = this.#pages.slice(0, this.#cached);
    return blocks.map((block, i) => ({ ...block, pages, peers: range(i) }));
  }

  #append(output: ForwardOutput, at: number): void {
    const page = this.#pages[this.#cached];
    if (page === undefined) throw new Error(`a block more than the ${this.#pages.length} pages that were allocated`);
    this.#shared.forward.write(page, output, at);
    this.#cached++;
  }
}

class UncachedSequence implements SequenceForwards {
  readonly counts = { forwards: 0, prefillForwards: 0 };
  readonly #shared: Shared;
  readonly #tokens: number[] = [];
  #last: { readonly output: ForwardOutput; at: number } | undefined;
  #isDisposed = false;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  skip(blocks: number): void {
    if (blocks > 0) throw new Error("without a cache every block is run");
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    this.#tokens.push(...tokens);
  }

  async forward(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
    count(this, this.#shared, "forwards");
    const before = cut(this.#tokens, this.#shared.blockLength).map((tokens) => ({ tokens, cells: [] }));
    const inputs = [...before, ...blocks].map((block, i) => ({ ...block, pages: [], peers: range(i) }));
    const { output, first, candidates } = await this.#shared.batcher.run(inputs);
    this.#last?.output[Symbol.dispose]();
    this.#last = { output, at: first + before.length };
    if (this.#isDisposed) output[Symbol.dispose]();
    return candidates.slice(before.length);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#last?.output[Symbol.dispose]();
  }

  score(cells: readonly number[], tokens: readonly number[], best: number): Promise<readonly TokenScore[]> {
    return score(this.#shared, this.#last, cells, tokens, best);
  }

  async commit(block: readonly number[]): Promise<void> {
    this.#tokens.push(...block);
    if (this.#last) this.#last.at++;
  }
}

/** Scores cells of the first block that is not committed yet. */
async function score(
  { forward, blockLength }: Shared,
  last: { readonly output: ForwardOutput; readonly at: number } | undefined,
  cells: readonly number[],
  tokens: readonly number[],
  best: number,
): Promise<readonly TokenScore[]> {
  if (last === undefined) throw new Error("tokens can be scored only after a forward of open blocks");
  const rows = cells.map((cell) => last.at * blockLength + cell);
  return forward.score(last.output, rows, tokens, best);
}

function count(sequence: CachedSequence | UncachedSequence, shared: Shared, kind: keyof ForwardCounts): void {
  sequence.counts[kind]++;
  shared.counts[kind]++;
}

function cut(tokens: readonly number[], blockLength: number): (readonly number[])[] {
  return range(tokens.length / blockLength).map((i) => tokens.slice(i * blockLength, (i + 1) * blockLength));
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
