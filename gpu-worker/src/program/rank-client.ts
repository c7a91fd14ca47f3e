/** A rank's thread as the leader sees it: opens rank-thread.ts and speaks to it by messages. */
import { on } from "node:events";
import { Worker } from "node:worker_threads";
import { PackageError } from "../errors.ts";
import type { Manifest } from "../model/manifest.ts";
import { packageIdentity } from "../model/package-digest.ts";
import { featuresOf } from "../model/target.ts";
import type { RankLink } from "../parallel/exchange.ts";
import { keepLink, RANK_DEADLINE_MS } from "../parallel/reconnecting-link.ts";
import type { FromRank, RankSettings } from "../threads/rank-messages.ts";
import { PortLink } from "../threads/rank-port.ts";
import { endThread } from "../threads/stop-thread.ts";
import type { RowType } from "../transport/rank-codec.ts";
import type { RankTls } from "../transport/rank-tls.ts";

/** A large package on a cold disk takes minutes to open. */
const FORMATION_LIMIT_MS = 10 * 60_000;

/**
 * Opens every rank of a package but the leader, each in a thread of its own; one that is lost is opened again.
 * @param threads of one operator, in each rank
 * @throws PackageError when the package cannot be used
 */
export async function openRankThreads(folder: string, ranks: number, threads: number): Promise<RankLink[]> {
  return openRanks(ranks, (rank, signal) =>
    openRankThread({ kind: "local", package: folder, rank, threads }, { signal }),
  );
}

/** Ranks in processes of their own. Everything here survives a structured clone. */
export interface RemoteRanks {
  /** Rank 1's and so on: `host:port`, or `unix:` and a path. */
  readonly addresses: readonly string[];
  /** What rows are sent as; as they are by default. f16 halves the bytes and is not exact. */
  readonly sent?: RowType;
  /** Absent: the streams are neither encrypted nor authenticated. */
  readonly tls?: RankTls | undefined;
  /** Ranks that have not come by then are given up. */
  readonly limitMs?: number;
  /** A rank that needs longer for a layer is taken for lost. */
  readonly deadlineMs?: number;
}

/**
 * Reaches every rank of a package but the leader, and waits for those that are not there yet; one that is lost is reached
 * again.
 * @throws PackageError when one of them is another rank, or holds another package or plan
 * @throws Error naming the ranks that did not come
 */
export async function openRemoteRanks(manifest: Manifest, remote: RemoteRanks): Promise<RankLink[]> {
  const { addresses, tls, limitMs = FORMATION_LIMIT_MS } = remote;
  const { ranks, target } = manifest;
  if (addresses.length !== ranks - 1) {
    const others = `${ranks - 1} beside the leader, and ${addresses.length} addresses were given`;
    throw new PackageError(`package ${manifest.name} is split over ${ranks} ranks: ${others}`);
  }
  const held = featuresOf(target).real;
  const types = { held, sent: held === "f16" ? "f16" : (remote.sent ?? "f32") } as const;
  const identity = packageIdentity(manifest);
  const open = async (rank: number, signal: AbortSignal): Promise<RankLink> => {
    const address = addresses[rank - 1] as string;
    const terms = { ...identity, rank };
    const late = AbortSignal.timeout(limitMs);
    let last = "nothing was heard of it";
    try {
      return await openRankThread(
        { kind: "remote", rank, address, terms, types, tls },
        {
          signal: AbortSignal.any([signal, late]),
          onWaiting(reason) {
            last = reason;
            process.emitWarning(`waiting for rank ${rank} at ${address}: ${reason}`);
          },
        },
      );
    } catch (error) {
      if (!late.aborted) throw error;
      throw new Error(`rank ${rank} at ${address} did not come within ${limitMs / 1000} s: ${last}`);
    }
  };
  return openRanks(ranks, open, remote.deadlineMs);
}

/** The first that holds the wrong package ends the wait for the others; otherwise all that failed are named. */
async function openRanks(
  ranks: number,
  open: (rank: number, signal: AbortSignal) => Promise<RankLink>,
  deadlineMs = RANK_DEADLINE_MS,
): Promise<RankLink[]> {
  await using opened = new AsyncDisposableStack();
  const wrong = new AbortController();
  const opening = Array.from({ length: ranks - 1 }, async (_, i) => {
    const rank = i + 1;
    try {
      return opened.use(
        await keepLink({ rank, deadlineMs, open: (signal) => open(rank, AbortSignal.any([signal, wrong.signal])) }),
      );
    } catch (error) {
      if (error instanceof PackageError) wrong.abort(error);
      throw error;
    }
  });
  const results = await Promise.allSettled(opening);
  wrong.signal.throwIfAborted();
  const failed = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
  if (failed.length > 0) throw new Error(failed.map(({ message }) => message).join("; "));
  const links = await Promise.all(opening);
  opened.move();
  return links;
}

export interface RankThreadOptions {
  readonly signal: AbortSignal;
  /** Told why a rank in another process cannot be reached yet. */
  readonly onWaiting?: (reason: string) => void;
}

/**
 * Opens a rank's experts in a thread of their own, or the way to the process that has them.
 * @throws PackageError when the package cannot be used, or is another one there
 */
export async function openRankThread(
  settings: RankSettings,
  { signal, onWaiting }: RankThreadOptions,
): Promise<RankLink> {
  const worker = new Worker(new URL("./rank-thread.ts", import.meta.url), { workerData: settings });
  try {
    for await (const [message] of on(worker, "message", { signal, close: ["exit"] }) as AsyncIterable<[FromRank]>) {
      if (message.kind === "waiting") onWaiting?.(message.reason);
      else if (message.kind === "ready") return threadLink(settings.rank, worker);
      else if (message.kind === "failed" && message.name === PackageError.name) throw new PackageError(message.message);
      else throw new Error(message.kind === "failed" ? message.message : `unexpected first message ${message.kind}`);
    }
    throw new Error("its thread ended before it was ready");
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function threadLink(rank: number, worker: Worker): RankLink {
  const link = new PortLink(rank, worker, () => endThread(worker));
  worker.on("error", (error) => link.end(error));
  worker.on("exit", (code) => link.end(new Error(`its thread ended with code ${code}`)));
  return link;
}
