/** Opens a package as a model on onnxruntime: its sessions, its links to other ranks, its forwards. */
import type { ForwardHealth, SequenceForwards } from "../decoding/forwards.ts";
import { PackageError } from "../errors.ts";
import type { PageId } from "../memory/page-allocator.ts";
import { graphsOf, type Manifest } from "../model/manifest.ts";
import { isExpertGraph, LEADER } from "../model/package-plan.ts";
import { featuresOf } from "../model/target.ts";
import type { RankLink, RankWait } from "../parallel/exchange.ts";
import { ExpertBatcher } from "../parallel/expert-batcher.ts";
import type { Lockstep } from "../parallel/lockstep.ts";
import { DeviceForward } from "./device-forward.ts";
import { openDeviceSessions } from "./device-sessions.ts";
import { requireExpertDevice } from "./device-shard.ts";
import { ExpertShard, shardLink } from "./expert-shard.ts";
import { Forward } from "./forward.ts";
import { KvTensors, pageBytes } from "./kv-tensors.ts";
import { sequencesOf } from "./model-sequences.ts";
import { openSessions, type SessionOptions } from "./package.ts";

export interface ModelOptions extends SessionOptions {
  /** Pages of the K/V cache. */
  readonly pages: number;
  /** Opens links to the package's other ranks. Absent: their experts run on this thread, rank after rank. */
  readonly openLinks?: (() => Promise<readonly RankLink[]>) | undefined;
  /** Opens this rank's experts, which are then not among the sessions. Absent: they run on this thread's CPU. */
  readonly openOwn?: (() => Promise<RankLink>) | undefined;
  /** This rank; the leader by default. */
  readonly rank?: number;
  /** Data-parallel attention: keeps this rank's forwards in step with those of the others. */
  readonly lockstep?: Lockstep | undefined;
  /** Called with the experts [T, K] that a layer's router chose. */
  readonly onRoute?: ((layer: number, experts: BigInt64Array) => void) | undefined;
  /** Prefix of files with the nodes' times and providers, for a target that keeps a forward on its device. */
  readonly profilePrefix?: string | undefined;
  /** A forward that takes longer may hang (measured-forwards.ts). */
  readonly forwardLimitMs?: number | undefined;
}

export interface Model extends AsyncDisposable {
  readonly health: ForwardHealth;
  /** Runs a forward for no sequence. @throws why it failed */
  probe(): Promise<void>;
  /** Forwards give the best tokens of a cell, and take the tokens that a cell may take: what a grammar needs. */
  readonly isConstrainable: boolean;
  readonly counts: SequenceForwards["counts"];
  /** For each other rank: how long forwards have waited for its answers. Absent: there is none. */
  readonly waits?: readonly RankWait[];
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
  sequence(pages: readonly PageId[]): SequenceForwards;
  /** The slow twin of `sequence`: no cache; every forward runs everything from the first token. */
  sequenceWithoutCache(): SequenceForwards;
}

/** Opens a package. @throws PackageError */
export async function openModel(folder: string, manifest: Manifest, options: ModelOptions): Promise<Model> {
  switch (featuresOf(manifest.target).graphs) {
    case "layers":
      return openLayers(folder, manifest, options);
    case "forward":
    case "pieces":
      return openDevice(folder, manifest, options);
  }
}

/** A graph for each layer, whose experts may be on other ranks. */
async function openLayers(folder: string, manifest: Manifest, options: ModelOptions): Promise<Model> {
  await using opening = new AsyncDisposableStack();
  const { rank = LEADER, lockstep, onRoute } = options;
  const { openLinks, openOwn } = options;
  const graphs = openLinks === undefined ? manifest.graphs : graphsOf(manifest, rank, true);
  const wanted = graphs.filter(({ name, rank: at }) => !(openOwn && at === rank && isExpertGraph(name)));
  const sessions = await openSessions(
    folder,
    manifest,
    options,
    wanted.length < manifest.graphs.length ? wanted : undefined,
  );
  const links = await openLinks?.();
  for (const link of links ?? []) opening.use(link);
  const kv = new KvTensors(manifest, options.pages);
  const own = openOwn ? opening.use(await openOwn()) : shardLink(new ExpertShard(sessions, manifest, rank), manifest);
  const expertBatcher = lockstep && new ExpertBatcher(own, lockstep);
  const forward = new Forward(sessions, manifest, kv, { rank, own, links, expertBatcher, onRoute });
  const opened = opening.move();
  return {
    ...sequencesOf(forward, manifest, { rounds: lockstep, forwardLimitMs: options.forwardLimitMs }),
    isConstrainable: forward.isConstrainable,
    waits: forward.waits,
    experts: (leader) => expertBatcher?.linkFor(leader) ?? own,
    get lostRanks() {
      return [own, ...(links ?? [])].filter(({ ready }) => !ready).map(({ rank }) => rank);
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
  const isSplit = featuresOf(target).graphs === "pieces";
  if (options.openOwn !== undefined && !isSplit) requireExpertDevice(folder, manifest);
  if (options.openLinks !== undefined) {
    throw new PackageError(
      `${folder}: a ${target} package runs in one process without other ranks; leave out RANK_ADDRESSES and ` +
        "ATTENTION=data-parallel",
    );
  }
  if (manifest.ranks > 1) {
    throw new PackageError(`${folder}: ${manifest.ranks} ranks, but the ${target} target has 1; convert it again`);
  }
  await using opening = new AsyncDisposableStack();
  const experts = isSplit ? opening.use(await openSplitExperts(folder, manifest, options)) : undefined;
  const sessions = await openDeviceSessions(folder, manifest, { threads, profilePrefix, experts });
  const forward = await DeviceForward.open(sessions, manifest, pages).catch((cause: Error) => {
    throw new PackageError(
      `${folder}: cannot run on the device with ${pages} pages of K/V (${formatMegabytes(pages * pageBytes(manifest))}): ` +
        `${cause.message}; if its memory is too small, lower KV_CACHE_BYTES`,
      { cause },
    );
  });
  opening.use(forward);
  const opened = opening.move();
  return {
    ...sequencesOf(forward, manifest, { forwardLimitMs: options.forwardLimitMs }),
    isConstrainable: forward.isConstrainable,
    experts: () => {
      throw new Error(`the experts of the ${target} target have no rank of their own`);
    },
    get deviceFailure() {
      return forward.deviceFailure;
    },
    get lostRanks() {
      return forward.deviceFailure === undefined && experts?.ready !== false ? [] : [LEADER];
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The experts of a package whose forward is in pieces: on a device of their own or, without one, in graphs on the CPU. */
async function openSplitExperts(folder: string, manifest: Manifest, options: ModelOptions): Promise<RankLink> {
  if (options.openOwn !== undefined) return options.openOwn();
  const graphs = manifest.graphs.filter(({ name }) => isExpertGraph(name));
  const sessions = await openSessions(folder, { ...manifest, target: "cpu" }, options, graphs);
  return shardLink(new ExpertShard(sessions, { ...manifest, target: "cpu" }, LEADER), { ...manifest, target: "cpu" });
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
