/**
 * The engine's model on onnxruntime: sequences that prefill, denoise and commit over a paged K/V cache. It knows no text and
 * no rules of decoding.
 */
import type { Candidate, Draw, SequenceModel } from "../engine/decode.ts";
import type { PageId } from "../engine/kv-cache.ts";
import type { Manifest } from "../model/manifest.ts";
import type { BlockInput } from "./attention-inputs.ts";
import { Batcher } from "./batcher.ts";
import { Forward, type ForwardOutput, type RouterObserver } from "./forward.ts";
import { KvTensors } from "./kv-tensors.ts";
import { openSessions, type SessionOptions } from "./package.ts";

/** Blocks that one prefill forward runs at most: what a running sequence may have to wait for. */
const PREFILL_BLOCKS = 8;

export interface ModelOptions extends SessionOptions {
  /** Pages of the K/V cache. */
  readonly pages: number;
  /** Is told which experts the router chose. */
  readonly onRoute?: RouterObserver;
}

/** Forwards by kind since the model was opened, or of one sequence. Sequences that share a forward count one each. */
export interface ForwardCounts {
  /** Denoise forwards, which use the head. */
  forwards: number;
  prefillForwards: number;
  /** Forwards only for the K/V of a committed block. */
  commitForwards: number;
}

/** A sequence's model, and the forwards it took so far. */
export interface CountedSequenceModel extends SequenceModel {
  readonly counts: Readonly<ForwardCounts>;
}

export interface Model {
  readonly counts: Readonly<ForwardCounts>;
  /**
   * A sequence whose K/V go into `pages`, which the caller has allocated: one per block of prompt and answer. The first
   * `cachedBlocks` are filled already. Between two calls an entry may change to a page that holds the same block.
   */
  sequence(pages: readonly PageId[], cachedBlocks?: number): CountedSequenceModel;
  /** The slow twin of `sequence`: no cache; every forward runs everything from the first token. */
  sequenceWithoutCache(): CountedSequenceModel;
}

/** Opens a package. @throws PackageError */
export async function openModel(folder: string, manifest: Manifest, options: ModelOptions): Promise<Model> {
  const sessions = await openSessions(folder, manifest, options);
  const kv = new KvTensors(manifest, options.pages);
  const batcher = new Batcher(new Forward(sessions, manifest, kv, options.onRoute), manifest.blockLength);
  const counts: ForwardCounts = { forwards: 0, prefillForwards: 0, commitForwards: 0 };
  const shared = { batcher, kv, blockLength: manifest.blockLength, counts };
  return {
    counts,
    sequence: (pages, cachedBlocks = 0) => new CachedSequence(shared, pages, cachedBlocks),
    sequenceWithoutCache: () => new UncachedSequence(shared),
  };
}

/** What the sequences of a model share. */
interface Shared {
  readonly batcher: Batcher;
  readonly kv: KvTensors;
  readonly blockLength: number;
  readonly counts: ForwardCounts;
}

class CachedSequence implements CountedSequenceModel {
  readonly counts: ForwardCounts = { forwards: 0, prefillForwards: 0, commitForwards: 0 };
  readonly #shared: Shared;
  readonly #pages: readonly PageId[];
  #cached: number;
  /** The last denoise step: what it saw, and where its keys and values are. */
  #lastStep: { readonly block: readonly number[]; readonly output: ForwardOutput; readonly at: number } | undefined;

  constructor(shared: Shared, pages: readonly PageId[], cachedBlocks: number) {
    this.#shared = shared;
    this.#pages = pages;
    this.#cached = cachedBlocks;
  }

  async prefill(tokens: readonly number[], signal: AbortSignal): Promise<void> {
    const blocks = cut(tokens, this.#shared.blockLength);
    for (let first = 0; first < blocks.length; first += PREFILL_BLOCKS) {
      signal.throwIfAborted();
      const chunk = blocks.slice(first, first + PREFILL_BLOCKS);
      count(this, this.#shared, "prefillForwards");
      const { output, first: at } = await this.#shared.batcher.run(this.#inputs(chunk), "prefill");
      chunk.forEach((_, i) => {
        this.#append(output, at + i);
      });
    }
  }

  async denoise(
    block: readonly number[],
    cells: readonly number[],
    draws?: readonly Draw[],
  ): Promise<readonly Candidate[]> {
    count(this, this.#shared, "forwards");
    const { batcher } = this.#shared;
    const { output, first: at, candidates } = await batcher.run(this.#inputs([block]), "denoise", cells, draws);
    this.#lastStep = { block: [...block], output, at };
    return candidates;
  }

  async commit(block: readonly number[]): Promise<void> {
    const last = this.#lastStep;
    this.#lastStep = undefined;
    if (last?.block.every((token, i) => token === block[i])) return this.#append(last.output, last.at);
    count(this, this.#shared, "commitForwards");
    const { output, first } = await this.#shared.batcher.run(this.#inputs([block]), "commit");
    this.#append(output, first);
  }

  #inputs(blocks: readonly (readonly number[])[]): BlockInput[] {
    const pages = this.#pages.slice(0, this.#cached);
    return blocks.map((tokens, i) => ({ tokens, pages, peers: range(i) }));
  }

  #append(output: ForwardOutput, at: number): void {
    const page = this.#pages[this.#cached];
    if (page === undefined) throw new Error(`a block more than the ${this.#pages.length} pages that were allocated`);
    this.#shared.kv.write(page, output, at);
    this.#cached++;
  }
}

class UncachedSequence implements CountedSequenceModel {
  readonly counts: ForwardCounts = { forwards: 0, prefillForwards: 0, commitForwards: 0 };
  readonly #shared: Shared;
  readonly #tokens: number[] = [];

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    this.#tokens.push(...tokens);
  }

  async denoise(
    block: readonly number[],
    cells: readonly number[],
    draws?: readonly Draw[],
  ): Promise<readonly Candidate[]> {
    count(this, this.#shared, "forwards");
    const blocks = cut([...this.#tokens, ...block], this.#shared.blockLength);
    const inputs = blocks.map((tokens, i) => ({ tokens, pages: [], peers: range(i) }));
    return (await this.#shared.batcher.run(inputs, "denoise", cells, draws)).candidates;
  }

  async commit(block: readonly number[]): Promise<void> {
    this.#tokens.push(...block);
  }
}

function count(sequence: { counts: ForwardCounts }, shared: Shared, kind: keyof ForwardCounts): void {
  sequence.counts[kind]++;
  shared.counts[kind]++;
}

function cut(tokens: readonly number[], blockLength: number): (readonly number[])[] {
  return range(tokens.length / blockLength).map((i) => tokens.slice(i * blockLength, (i + 1) * blockLength));
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
