/** The model on onnxruntime: sequences that prefill, denoise and commit over a paged K/V cache. */
import type { Candidate } from "../decoding/block.ts";
import type { BlockQuery, ForwardCounts, SequenceForwards, TokenScore } from "../decoding/forwards.ts";
import type { PageId } from "../memory/page-allocator.ts";
import { graphsOf, type Manifest } from "../model/manifest.ts";
import { LEADER } from "../model/package-plan.ts";
import type { RankLink } from "../parallel/exchange.ts";
import { ExpertBatcher } from "../parallel/expert-batcher.ts";
import type { Lockstep } from "../parallel/lockstep.ts";
import type { BlockInput } from "./attention-inputs.ts";
import { Batcher } from "./batcher.ts";
import { ExpertShard, shardLink } from "./expert-shard.ts";
import { Forward, type ForwardOptions, type ForwardOutput } from "./forward.ts";
import { KvTensors } from "./kv-tensors.ts";
import { openSessions, type SessionOptions } from "./package.ts";

export interface ModelOptions extends SessionOptions {
  /** Pages of the K/V cache. */
  readonly pages: number;
  /** Opens links to the package's other ranks. Absent: their experts run on this thread, rank after rank. */
  readonly openLinks?: (() => Promise<readonly RankLink[]>) | undefined;
  /** This rank; the leader by default. */
  readonly rank?: number;
  /** Data-parallel attention: keeps this rank's forwards in step with those of the others. */
  readonly lockstep?: Lockstep | undefined;
  readonly onRoute?: ForwardOptions["onRoute"];
}

export interface Model extends AsyncDisposable {
  readonly counts: ForwardCounts;
  /** This rank's experts, for another rank that leads sequences. */
  experts(leader: number): RankLink;
  /** Unreachable ranks; forwards fail until they are back. */
  readonly lostRanks: readonly number[];
  /**
   * A sequence whose K/V go into `pages`, which the caller has allocated: one per block. Between two calls the list may grow,
   * and an entry may change to a page that holds the same block.
   */
  sequence(pages: readonly PageId[]): SequenceForwards;
  /** The slow twin of `sequence`: no cache; every forward runs everything from the first token. */
  sequenceWithoutCache(): SequenceForwards;
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
  const expertBatcher = lockstep && new ExpertBatcher(own, lockstep);
  const forward = new Forward(sessions, manifest, kv, { rank, links, expertBatcher, onRoute });
  const batcher = new Batcher(forward, manifest.blockLength, lockstep);
  const counts = { forwards: 0, prefillForwards: 0 };
  const shared = { forward, batcher, kv, blockLength: manifest.blockLength, counts };
  const opened = opening.move();
  return {
    counts,
    experts: (leader) => expertBatcher?.linkFor(leader) ?? own,
    get lostRanks() {
      return links?.filter(({ ready }) => !ready).map(({ rank }) => rank) ?? [];
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
    sequence: (pages) => new CachedSequence(shared, pages),
    sequenceWithoutCache: () => new UncachedSequence(shared),
  };
}

/** State shared by the sequences of a model. */
interface Shared {
  readonly forward: Forward;
  readonly batcher: Batcher;
  readonly kv: KvTensors;
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

  async forward(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
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

  #inputs(blocks: readonly BlockQuery[]): BlockInput[] {
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

class UncachedSequence implements SequenceForwards {
  readonly counts = { forwards: 0, prefillForwards: 0 };
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

  async forward(blocks: readonly BlockQuery[]): Promise<readonly (readonly Candidate[])[]> {
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
