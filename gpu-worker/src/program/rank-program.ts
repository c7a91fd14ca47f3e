/** The worker program as a rank other than the leader: it opens its own experts and serves them to its leader, and to nobody else. */
import type { Logger } from "pino";
import { systemClock } from "../clock.ts";
import { PackageError } from "../errors.ts";
import { readManifest } from "../files/read-manifest.ts";
import { packageIdentity } from "../model/package-digest.ts";
import { featuresOf } from "../model/target.ts";
import { openShard } from "../runtime/expert-shard.ts";
import { terminated } from "../transport/drain.ts";
import { serveRank } from "../transport/rank-server.ts";
import type { RankTls } from "../transport/rank-tls.ts";

export interface RankProgramOptions {
  /** Folder of the model package; files of other ranks need not be there. */
  readonly package: string;
  readonly rank: number;
  readonly addresses: readonly string[];
  /** Where it tells its health and nothing else. */
  readonly healthAddresses: readonly string[];
  readonly tls: RankTls | undefined;
  /** Threads of one operator. */
  readonly threads: number;
  /** Told to leave, it stays for its leader's running sequences this long. */
  readonly drainLimitMs: number;
}

/** Resolves when it was told to leave and has left. @throws PackageError when the package cannot be used */
export async function runRank(options: RankProgramOptions, log: Logger): Promise<void> {
  const { package: folder, rank, addresses, healthAddresses, tls, threads, drainLimitMs } = options;
  const manifest = await readManifest(folder);
  const { ranks, target } = manifest;
  if (rank >= ranks)
    throw new PackageError(`${folder}: is split over ${ranks} ranks, counted from 0: there is no rank ${rank}`);
  // A process sees its own devices: the rank is alone here, and CUDA_VISIBLE_DEVICES says where that is.
  const device = 0;
  await using link = await openShard(folder, rank, { threads, device });
  await using server = await serveRank({
    link,
    terms: { ...packageIdentity(manifest), rank },
    held: featuresOf(target).real,
    addresses,
    healthAddresses,
    tls,
    clock: systemClock,
  });
  log.info({ addresses: server.addresses, rank, ranks }, "serving a leader");
  await terminated();
  log.info({ limit_ms: drainLimitMs }, "draining");
  await server.drain(drainLimitMs);
  log.info("stopped");
}
