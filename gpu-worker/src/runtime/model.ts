/**
 * The engine's model on onnxruntime: sequences that prefill, denoise and commit over a paged K/V cache. It knows no text and
 * no rules of decoding.
 */
import type { AskedBlock, Candidate } from "../decoding/decode.ts";
import type { Scorer, TokenScore } from "../engine/token-scores.ts";
import type { PageId } from "../memory/page-allocator.ts";
import type { PagedForwards } from "../memory/paging.ts";
import { graphsOf, type Manifest } from "../model/manifest.ts";
import { LEADER } from "../model/package-plan.ts";
import type { RankLink } from "../parallel/exchange.ts";
import { Gathering } from "../parallel/expert-batcher.ts";
import type { Lockstep } from "../parallel/lockstep.ts";
import { Batcher, type PlacedBlock } from "./batcher.ts";
import { ExpertShard, shardLink } from "./expert-shard.ts";
import { Forward, type ForwardOutput, type RouterObserver } from "./forward.ts";
import { KvTensors } from "./kv-tensors.ts";
import { openSessions, type SessionOptions } from "./package.ts";

export interface ModelOptions extends SessionOptions {
  /** Pages of the K/V cache. */
  readonly pages: number;
  /** Reaches the package's other ranks. Without, their experts run on this thread, rank after rank. */
  readonly openLinks?: (() => Promise<readonly RankLink[]>) | undefined;
  /** The rank that this is; the leader by default. */
  readonly rank?: number;
  /** With the ranks that lead sequences of their own, of which this is one. */
  readonly lockstep?: Lockstep | undefined;
  /** Is told which experts the router chose. */
  readonly onRoute?: RouterObserver | undefined;
}

/** Forwards by kind since the model was opened, or of one sequence. Sequences that share a forward count one each. */
export interface ForwardCounts {
  /** Denoise forwards, which use the head. */
  forwards: number;
  prefillForwards: number;
}

/** A sequence's forwards, and how many it took so far. */
export interface CountedSequence extends PagedForwards, Scorer {
  readonly counts: Readonly<ForwardCounts>;
}

export interface Model extends AsyncDisposable {
  readonly counts: Readonly<ForwardCounts>;
  /** What this rank answers another rank with. */
  experts(leader: number): RankLink;
  /** Ranks that do not answer; while there are any, forwards fail. */
  readonly lostRanks: readonly number[];
  /**
   * A sequence whose K/V go into `pages`, which the caller has allocated: one per block. Between two calls the list may grow,
   * and an entry may change to a page that holds the same block.
   */
  sequence(pages: readonly PageId[]): CountedSequence;
  /** The slow twin of `sequence`: no cache; every forward runs everything from the first token. */
  sequenceWithoutCache(): CountedSequence;
}

/** Opens a package. @throws PackageError */
export async function openModel(folder: string, manifest: Manifest, options: ModelOptions): Promise<Model> {
  await using opening = new AsyncDisposableStack();
  const { rank = LEADER, lockstep, onRoute } = options;
  const wanted = options.openLinks && graphsOf(manifest, rank, true);
  const sessions = await openSessions(folder, manifest, options, wanted);
  const links = await options.openLinks?.();
  for (const link of links ?? []) opening.use(link);
  const kv = new KvTensors(manifest, options.pages);
  const own = shardLink(new ExpertShard(sessions, manifest, rank), manifest);
  const gathering = lockstep && new Gathering(own, lockstep);
  const forward = new Forward(sessions, manifest, kv, { rank, links, gathering, onRoute });
  const batcher = new Batcher(forward, manifest.blockLength, lockstep);
  const counts: ForwardCounts = { forwards: 0, prefillForwards: 0 };
  const shared = { forward, batcher, kv, blockLength: manifest.blockLength, counts };
  const opened = opening.move();
  return {
    counts,
    experts: (leader) => gathering?.askedBy(leader) ?? own,
    get lostRanks() {
      return links?.filter(({ ready }) => !ready).map(({ rank }) => rank) ?? [];
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
    sequence: (pages) => new CachedSequence(shared, pages),
    sequenceWithoutCache: () => new UncachedSequence(shared),
  };
}

/** What the sequences of a model share. */
interface Shared {
  readonly forward: Forward;
  readonly batcher: Batcher;
  readonly kv: KvTensors;
  readonly blockLength: number;
  readonly counts: ForwardCounts;
}

class CachedSequence implements CountedSequence {
  readonly counts: ForwardCounts = { forwards: 0, prefillForwards: 0 };
  readonly #shared: Shared;
  readonly #pages: readonly PageId[];
  #cached = 0;
  /** The last forward of open blocks: where the rows, keys and values of the first that is not committed yet are. */
  #last: { readonly output: ForwardOutput; at: number; readonly open: AskedBlock[] } | undefined;

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
    blocks.forEach((_, i) => {
      this.#append(output, first + i);
    });
  }

  async forward(blocks: readonly AskedBlock[]): Promise<readonly (readonly Candidate[])[]> {
    count(this, this.#shared, "forwards");
    const { output, first: at, candidates } = await this.#shared.batcher.run(this.#inputs(blocks));
    this.#last = { output, at, open: [...blocks] };
    return candidates;
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

  #inputs(blocks: readonly AskedBlock[]): PlacedBlock[] {
    const pages = this.#pages.slice(0, this.#cached);
    return blocks.map((block, i) => ({ ...block, pages, peers: range(i) }));
  }

  #append(output: ForwardOutput, at: number): void {
    const page = this.#pages[this.#cached];
    if (page === undefined) throw new Error(`a block more than the ${this.#pages.length} pages that were allocated`);
    this.#shared.kv.write(page, output, at);
    this.#cached++;
  }
}

class UncachedSequence implements CountedSequence {
  readonly counts: ForwardCounts = { forwards: 0, prefillForwards: 0 };
  readonly #shared: Shared;
  readonly #tokens: number[] = [];
  #last: { readonly output: ForwardOutput; at: number } | undefined;

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  skip(blocks: number): void {
    if (blocks > 0) throw new Error("without a cache every block is run");
  }

  async prefill(tokens: readonly number[]): Promise<void> {
    this.#tokens.push(...tokens);
  }

  async forward(blocks: readonly AskedBlock[]): Promise<readonly (readonly Candidate[])[]> {
    count(this, this.#shared, "forwards");
    const before = cut(this.#tokens, this.#shared.blockLength).map((tokens) => ({ tokens, cells: [] }));
    const inputs = [...before, ...blocks].map((block, i) => ({ ...block, pages: [], peers: range(i) }));
    const { output, first, candidates } = await this.#shared.batcher.run(inputs);
    this.#last = { output, at: first + before.length };
    return candidates.slice(before.length);
  }

  score(cells: readonly number[], tokens: readonly number[], best: number): Promise<readonly TokenScore[]> {
    return score(this.#shared, this.#last, cells, tokens, best);
  }

  async commit(block: readonly number[]): Promise<void> {
    this.#tokens.push(...block);
    if (this.#last) this.#last.at++;
  }
}

/** Of cells of the first block that is not committed yet. */
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
