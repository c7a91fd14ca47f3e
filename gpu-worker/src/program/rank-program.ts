/** The worker program as a rank other than the leader: opens the rank's experts and serves them to the leader alone. */

import type { Tls } from "@palimpsest/proto/tls-files";
import type { Logger } from "pino";
import { systemClock } from "../clock.ts";
import { PackageError } from "../errors.ts";
import { readManifest } from "../files/read-manifest.ts";
import { packageIdentity } from "../model/package-digest.ts";
import { featuresOf } from "../model/target.ts";
import { openDeviceShard } from "../runtime/device-shard.ts";
import { openShard } from "../runtime/expert-shard.ts";
import { terminated } from "../transport/drain.ts";
import { serveRank } from "../transport/rank-server.ts";
import { type ExpertDevices, expertDeviceOf } from "./expert-devices.ts";

export interface RankProgramOptions {
  /** Folder of the model package, which may lack the files of other ranks. */
  readonly package: string;
  readonly rank: number;
  readonly addresses: readonly string[];
  /** Addresses that serve health alone. */
  readonly healthAddresses: readonly string[];
  readonly tls: Tls | undefined;
  /** Threads of one operator. */
  readonly threads: number;
  /** Of all ranks. */
  readonly expertDevices: ExpertDevices | undefined;
  /** Time for the leader's running sequences after SIGTERM. */
  readonly drainLimitMs: number;
}

/** Resolves when it has drained after SIGTERM. @throws PackageError when the package cannot be used */
export async function runRank(options: RankProgramOptions, log: Logger): Promise<void> {
  const { package: folder, rank, addresses, healthAddresses, tls, threads, expertDevices, drainLimitMs } = options;
  const manifest = await readManifest(folder);
  const { ranks, target } = manifest;
  if (rank >= ranks)
    throw new PackageError(`${folder} is split over ${ranks} ranks, counted from 0: there is no rank ${rank}`);
  // The rank is alone in this process; CUDA_VISIBLE_DEVICES chooses its device.
  const device = 0;
  const expertDevice = expertDeviceOf(expertDevices, rank, ranks);
  await using link =
    expertDevice === undefined
      ? await openShard(folder, rank, { threads, device })
      : await openDeviceShard(folder, rank, expertDevice);
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
