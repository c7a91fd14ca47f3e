/** Describes a package's shard plan: the experts of each rank, and the reason. */
import { type Manifest, shardPlan } from "@palimpsest/gpu-worker/model/manifest";
import { LEADER } from "@palimpsest/gpu-worker/model/package-plan";
import { type ExpertLoads, holdersOf } from "@palimpsest/gpu-worker/model/shard-plan";
import { rankBytes } from "./rank-bytes.ts";
import { formatBytes } from "./units.ts";

/**
 * @param loads how often experts were chosen, to print the share of each rank
 * @param dataParallel true if every rank runs sequences of its own
 */
export function* describePlan(manifest: Manifest, loads?: ExpertLoads, dataParallel = false): Generator<string> {
  const { config, ranks } = manifest;
  const plan = shardPlan(manifest);
  for (let rank = 0; rank < ranks; rank++) {
    const counts = plan.map((layer) => layer[rank]?.length ?? 0);
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    const experts = `${least === most ? most : `${least} to ${most}`} of ${config.experts} experts in ${plan.length} layers`;
    const leads = dataParallel || rank === LEADER;
    const rows = dataParallel ? "every row of its sequences" : "every row";
    const rest = leads ? `, and embedding, attention, routers, shared experts and head, for ${rows}` : "";
    yield `rank ${rank}: ${formatBytes(rankBytes(manifest, rank, leads))}: ${experts}${rest}`;
  }
  yield manifest.shards === undefined
    ? "experts: split evenly in order; no load was measured"
    : "experts: split evenly by measured load, most chosen first";
  for (const [i, layer] of plan.entries()) {
    const name = `layer ${i + config.denseLayers}`;
    const replicas = holdersOf(layer, config.experts).flatMap((ranks, expert) =>
      ranks.length > 1 ? [`expert ${expert} on ranks ${ranks.join(" and ")}`] : [],
    );
    const load = loads?.[i];
    if (load !== undefined) yield `${name}: load ${shares(layer, load).join(", ")}`;
    if (replicas.length > 0) yield `${name}: replicated, because chosen most: ${replicas.join(", ")}`;
  }
}

/** Each rank's share of a layer's load in percent. The ranks of a replicated expert share its load. */
function shares(layer: readonly (readonly number[])[], load: readonly number[]): string[] {
  const holders = holdersOf(layer, load.length);
  const total = load.reduce((sum, count) => sum + count, 0);
  return layer.map((experts) => {
    const part = experts.reduce(
      (sum, expert) => sum + (load[expert] as number) / (holders[expert] as number[]).length,
      0,
    );
    return `${((100 * part) / Math.max(total, 1)).toFixed(1)}%`;
  });
}
