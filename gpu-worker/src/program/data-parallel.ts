/**
 * Data-parallel attention: every rank of a package is an engine in a thread of its own, with attention, head and the K/V of
 * its own sequences, and computes its experts for the sequences of all. The ranks start their forwards together, so that a
 * layer's experts run once for the rows of all.
 */
import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Engine, PoolableEngine } from "../engine/engine.ts";
import { EnginePool } from "../engine/engine-pool.ts";
import { PackageError } from "../errors.ts";
import { readManifest } from "../files/read-manifest.ts";
import { Lockstep, MAX_LOCKSTEP_RANKS } from "../parallel/lockstep.ts";
import { RANK_DEADLINE_MS } from "../parallel/reconnecting-link.ts";
import type { EngineSettings, LeadingRank } from "./open-engine.ts";
import { openEngineThread } from "./open-engine-thread.ts";

/** @throws PackageError when the package cannot be used */
export async function openDataParallel(settings: EngineSettings): Promise<Engine> {
  const { ranks } = await readManifest(settings.package);
  if (ranks > MAX_LOCKSTEP_RANKS) {
    throw new PackageError(
      `${settings.package} has ${ranks} ranks; data-parallel attention supports ${MAX_LOCKSTEP_RANKS} at most`,
    );
  }
  const leading = connect(ranks);
  await using opened = new AsyncDisposableStack();
  const open = async (one: LeadingRank): Promise<PoolableEngine> =>
    opened.use(await openEngineThread({ ...settings, leading: one }));
  const [leader, ...others] = leading as [LeadingRank, ...LeadingRank[]];
  // The first prepares the package if necessary; the others find it prepared.
  const first = await open(leader);
  const opening = others.map(open);
  await Promise.allSettled(opening);
  const engine = new EnginePool([first, ...(await Promise.all(opening))], RANK_DEADLINE_MS);
  opened.move();
  return engine;
}

/** A channel from each rank to each other, for dispatches in one direction. */
function connect(ranks: number): LeadingRank[] {
  const lockstep = Lockstep.memory();
  const links = Array.from({ length: ranks }, (): { rank: number; port: MessagePort }[] => []);
  const askers = Array.from({ length: ranks }, (): { rank: number; port: MessagePort }[] => []);
  for (let from = 0; from < ranks; from++) {
    for (let to = 0; to < ranks; to++) {
      if (from === to) continue;
      const { port1, port2 } = new MessageChannel();
      links[from]?.push({ rank: to, port: port1 });
      askers[to]?.push({ rank: from, port: port2 });
    }
  }
  return links.map((links, rank) => ({ rank, links, askers: askers[rank] ?? [], lockstep }));
}
