/** The model on onnxruntime: sequences that prefill, denoise and commit over a paged K/V cache. */
import type { Candidate } from "../decoding/block.ts";
import type { BlockQuery, DisposableForwards, ForwardCounts, TokenScore } from "../decoding/forwards.ts";
import { PackageError } from "../errors.ts";
import type { PageId } from "../memory/page-allocator.ts";
import { graphsOf, type Manifest } from "../model/manifest.ts";
import { LEADER } from "../model/package-plan.ts";
import { featuresOf } from "../model/target.ts";
import type { RankLink } from "../parallel/exchange.ts";
import { ExpertBatcher } from "../parallel/expert-batcher.ts";
import type { Lockstep } from "../parallel/lockstep.ts";
import type { BlockInput } from "./attention-inputs.ts";
import { Batcher } from "./batcher.ts";
import { DeviceForward } from "./device-forward.ts";
import { openDeviceSessions } from "./device-sessions.ts";
import { ExpertShard, shardLink } from "./expert-shard.ts";
import { Forward, type ForwardOptions } from "./forward.ts";
import { KvTensors, pageBytes } from "./kv-tensors.ts";
import type { ForwardOutput, ModelForward } from "./model-forward.ts";
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
  /** Prefix of files with the nodes' times and providers, for a target that keeps a forward on its device. */
  readonly profilePrefix?: string | undefined;
}

export interface Model extends AsyncDisposable {
  readonly counts: ForwardCounts;
  /** This rank's experts, for another rank that leads sequences. */
  experts(leader: number): RankLink;
  /** Why the device failed; every forward fails from then on. Undefined while it works. */
  readonly deviceFailure?: string | undefined;
  /** Unreachable ranks; forwards fail until they are back. */
  readonly lostRanks: readonly number[];
  /**
   * A sequence whose K/V go into `pages`, which the caller has allocated: one per block. Between two calls the list may grow,
   * and an entry may change to a page that holds the same block.
   */
  sequence(pages: readonly PageId[]): DisposableForwards;
  /** The slow twin of `sequence`: no cache; every forward runs everything from the first token. */
  sequenceWithoutCache(): DisposableForwards;
}

/** Opens a package. @throws PackageError */
export async function openModel(folder: string, manifest: Manifest, options: ModelOptions): Promise<Model> {
  switch (featuresOf(manifest.target).graphs) {
    case "layers":
      return openLayers(folder, manifest, options);
    case "forward":
      return openDevice(folder, manifest, options);
  }
}

/** A graph for each layer, whose experts may be on other ranks. */
async function openLayers(folder: string, manifest: Manifest, options: ModelOptions): Promise<Model> {
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
  const opened = opening.move();
  return {
    ...sequencesOf(forward, manifest, lockstep),
    experts: (leader) => expertBatcher?.linkFor(leader) ?? own,
    get lostRanks() {
      return links?.filter(({ ready }) => !ready).map(({ rank }) => rank) ?? [];
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A whole forward on a device. */
async function openDevice(folder: string, manifest: Manifest, options: ModelOptions): Promise<Model> {
  const { target } = manifest;
  const { pages, threads, profilePrefix } = options;
  if (options.onRoute !== undefined) {
    throw new PackageError(
      `${folder}: a ${target} package does not tell which experts it chose; count with one for cpu`,
    );
  }
  if (options.openLinks !== undefined) {
    throw new PackageError(
      `${folder}: a ${target} package runs in one process without other ranks; leave out RANK_ADDRESSES and ` +
        "ATTENTION=data-parallel",
    );
  }
  if (manifest.ranks > 1) {
    throw new PackageError(`${folder}: ${manifest.ranks} ranks, but the ${target} target has 1; convert it again`);
  }
  const sessions = await openDeviceSessions(folder, manifest, { threads, profilePrefix });
  const forward = await DeviceForward.open(sessions, manifest, pages).catch((cause: Error) => {
    throw new PackageError(
      `${folder}: cannot run on the device with ${pages} pages of K/V (${formatMegabytes(pages * pageBytes(manifest))}): ` +
        `${cause.message}; if its memory is too small, lower KV_CACHE_BYTES`,
      { cause },
    );
  });
  return {
    ...sequencesOf(forward, manifest),
    experts: () => {
      throw new Error(`the experts of the ${target} target have no rank of their own`);
    },
    get deviceFailure() {
      return forward.deviceFailure;
    },
    get lostRanks() {
      return forward.deviceFailure === undefined ? [] : [LEADER];
    },
    [Symbol.asyncDispose]: () => forward[Symbol.asyncDispose](),
  };
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function sequencesOf(forward: ModelForward, { blockLength }: Manifest, rounds?: Lockstep) {
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

class CachedSequence implements DisposableForwards {
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

class UncachedSequence implements DisposableForwards {
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
