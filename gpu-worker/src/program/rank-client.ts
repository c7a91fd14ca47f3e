/**
 * Opens a package's other ranks for the leader: each is a thread, which has the experts or a stream to their process. A thread
 * with experts shares memory with the leader. One with a stream gets messages: it must not block, and its stream costs more.
 */
import { on } from "node:events";
import { Worker } from "node:worker_threads";
import type { Tls } from "@palimpsest/proto/tls-files";
import { PackageError } from "../errors.ts";
import { readManifest } from "../files/read-manifest.ts";
import type { Manifest } from "../model/manifest.ts";
import { packageIdentity } from "../model/package-digest.ts";
import { featuresOf } from "../model/target.ts";
import type { RankLink } from "../parallel/exchange.ts";
import { ExchangeMemory, type SharedExchange } from "../parallel/exchange-memory.ts";
import { openReconnectingLink, RANK_DEADLINE_MS } from "../parallel/reconnecting-link.ts";
import { SharedLink } from "../parallel/shared-link.ts";
import type { ExpertDevice } from "../runtime/device-shard.ts";
import { takesSharedTensors } from "../runtime/shared-tensors.ts";
import type { FromRank } from "../threads/rank-messages.ts";
import { PortLink } from "../threads/rank-port.ts";
import { endThread } from "../threads/stop-thread.ts";
import type { GrpcRankOptions } from "../transport/grpc-rank.ts";
import type { RowType } from "../transport/rank-codec.ts";
import { type ExpertDevices, expertDeviceOf } from "./expert-devices.ts";

/** Until all ranks are reachable. A large package on a cold disk takes minutes to open. */
export const FORMATION_LIMIT_MS = 10 * 60_000;

/** A rank whose experts the thread itself runs. */
export interface LocalRank {
  readonly kind: "local";
  readonly rank: number;
  /** Folder of the model package. */
  readonly package: string;
  /** Threads of one operator. */
  readonly threads: number;
  /** Absent: the CPU, or the device of the package's target. */
  readonly device?: ExpertDevice | undefined;
  /** The leader's memory, in which rows are exchanged; absent: in messages. */
  readonly exchange?: SharedExchange | undefined;
}

/** A rank in another process. The thread keeps its sockets going while the leader computes. */
export interface RemoteRank extends GrpcRankOptions {
  readonly kind: "remote";
  readonly rank: number;
}

/** A rank thread's workerData. Survives a structured clone, as all it contains. */
export type RankSettings = LocalRank | RemoteRank;

export interface LocalRankOptions {
  /** Devices of the ranks' experts. */
  readonly devices?: ExpertDevices | undefined;
  /** For the exchange; undefined: rows travel as messages. */
  readonly memory?: Promise<ExchangeMemory | undefined>;
}

/**
 * Opens every rank of a package but the leader, each in a thread of its own. A rank that fails is reopened.
 * @param threads of one operator, in each rank
 * @throws PackageError when the package cannot be used
 */
export async function openRankThreads(
  folder: string,
  ranks: number,
  threads: number,
  { devices, memory = createExchangeMemory(folder) }: LocalRankOptions = {},
): Promise<RankLink[]> {
  const shared = await memory;
  return openRanks(ranks, (rank, signal) => {
    const device = expertDeviceOf(devices, rank, ranks);
    return openRankThread({ kind: "local", package: folder, rank, threads, device }, { signal, memory: shared });
  });
}

/** A package's memory for the exchange, or undefined where onnxruntime does not take it. @throws PackageError */
export async function createExchangeMemory(folder: string): Promise<ExchangeMemory | undefined> {
  const { config, ranks, target } = await readManifest(folder);
  const { real } = featuresOf(target);
  if (await takesSharedTensors(real)) return ExchangeMemory.create({ ...config, ranks, real });
  process.emitWarning(
    `onnxruntime does not take tensors over shared memory on Node ${process.versions.node}: ranks exchange rows in ` +
      "messages, which takes longer; use the Node that npm ci installs",
  );
  return undefined;
}

/** Ranks in processes of their own. Survives a structured clone. */
export interface RemoteRanks {
  /** Of rank 1 and up: `host:port`, or `unix:` and a path. */
  readonly addresses: readonly string[];
  /** The type that rows are sent as; their own by default. f16 halves the bytes and is not exact. */
  readonly sent?: RowType;
  /** Absent: the streams are neither encrypted nor authenticated. */
  readonly tls?: Tls | undefined;
  /** Limit on reaching all ranks. */
  readonly limitMs?: number;
  /** A rank that needs longer for a layer is unreachable. */
  readonly deadlineMs?: number;
}

/**
 * Connects to every rank of a package but the leader, waiting for ranks that do not listen yet. A lost connection is reopened.
 * @throws PackageError when one of them is another rank, or holds another package or plan
 * @throws Error naming the ranks that were unreachable
 */
export async function openRemoteRanks(manifest: Manifest, remote: RemoteRanks): Promise<RankLink[]> {
  const { addresses, tls, limitMs = FORMATION_LIMIT_MS } = remote;
  const { ranks, target } = manifest;
  if (addresses.length !== ranks - 1) {
    const given = `it needs ${ranks - 1} addresses beside the leader's, not ${addresses.length}`;
    throw new PackageError(`package ${manifest.name} is split over ${ranks} ranks: ${given}`);
  }
  const held = featuresOf(target).real;
  const types = { held, sent: held === "f16" ? "f16" : (remote.sent ?? "f32") } as const;
  const identity = packageIdentity(manifest);
  const open = async (rank: number, signal: AbortSignal): Promise<RankLink> => {
    const address = addresses[rank - 1] as string;
    const terms = { ...identity, rank };
    const timeout = AbortSignal.timeout(limitMs);
    let lastError = "no response yet";
    try {
      return await openRankThread(
        { kind: "remote", rank, address, terms, types, tls },
        {
          signal: AbortSignal.any([signal, timeout]),
          onWaiting(reason) {
            lastError = reason;
            process.emitWarning(`waiting for rank ${rank} at ${address}: ${reason}`);
          },
        },
      );
    } catch (error) {
      if (!timeout.aborted) throw error;
      throw new Error(`rank ${rank} at ${address} was not reachable within ${limitMs / 1000} s: ${lastError}`);
    }
  };
  return openRanks(ranks, open, remote.deadlineMs);
}

/** @throws PackageError as soon as one rank holds the wrong package; otherwise, after all, an Error naming the ranks that failed */
async function openRanks(
  ranks: number,
  open: (rank: number, signal: AbortSignal) => Promise<RankLink>,
  deadlineMs = RANK_DEADLINE_MS,
): Promise<RankLink[]> {
  await using opened = new AsyncDisposableStack();
  const wrongPackage = new AbortController();
  const opening = Array.from({ length: ranks - 1 }, async (_, i) => {
    const rank = i + 1;
    try {
      return opened.use(
        await openReconnectingLink({
          rank,
          deadlineMs,
          open: (signal) => open(rank, AbortSignal.any([signal, wrongPackage.signal])),
        }),
      );
    } catch (error) {
      if (error instanceof PackageError) wrongPackage.abort(error);
      throw error;
    }
  });
  const results = await Promise.allSettled(opening);
  wrongPackage.signal.throwIfAborted();
  const failed = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  if (failed.length > 0) throw new Error(failed.map(({ message }) => message).join("; "));
  const links = await Promise.all(opening);
  opened.move();
  return links;
}

export interface RankThreadOptions {
  readonly signal: AbortSignal;
  /** Called with the reason why a rank in another process is unreachable so far. */
  readonly onWaiting?: (reason: string) => void;
  /** For the exchange with a rank in this process; absent: rows travel as messages. */
  readonly memory?: ExchangeMemory | undefined;
}

/**
 * Opens a rank's experts in a thread of their own, or the connection to their process.
 * @throws PackageError when the package cannot be used, or the process holds another one
 */
export async function openRankThread(
  settings: RankSettings,
  { signal, onWaiting, memory }: RankThreadOptions,
): Promise<RankLink> {
  memory?.line(settings.rank).reset();
  const workerData: RankSettings = settings.kind === "local" ? { ...settings, exchange: memory?.shared } : settings;
  const worker = new Worker(new URL("./rank-thread.ts", import.meta.url), { workerData });
  try {
    for await (const [message] of on(worker, "message", { signal, close: ["exit"] }) as AsyncIterable<[FromRank]>) {
      if (message.kind === "waiting") onWaiting?.(message.reason);
      else if (message.kind === "ready") return threadLink(settings.rank, worker, memory);
      else if (message.kind === "failed" && message.name === PackageError.name) throw new PackageError(message.message);
      else throw new Error(message.kind === "failed" ? message.message : `unexpected first message ${message.kind}`);
    }
    throw new Error("its thread exited before it was ready");
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function threadLink(rank: number, worker: Worker, memory: ExchangeMemory | undefined): RankLink {
  const close = () => endThread(worker);
  const link = memory === undefined ? new PortLink(rank, worker, close) : new SharedLink(rank, memory, close);
  worker.on("message", (message: FromRank) => {
    if (message.kind === "lost") link.end(new Error(message.reason));
  });
  worker.on("error", (error) => link.end(error));
  worker.on("exit", (code) => link.end(new Error(`its thread exited with code ${code}`)));
  return link;
}
