/**
 * Plans which rank holds which experts. The leader has attention, routers, shared experts, embedding and head; the experts of
 * each layer are split evenly, by number or by how often a run chose them.
 */
import { PackageError } from "../errors.ts";
import type { ModelConfig } from "./config.ts";

/** Experts by MoE layer and rank, ascending. An expert on several ranks is replicated. */
export type ShardPlan = readonly (readonly (readonly number[])[])[];

/** How often each expert was chosen: by MoE layer, one count per expert. */
export type ExpertLoads = readonly (readonly number[])[];

/** The experts of a rank in an even split: consecutive ids. If they do not divide evenly, the first ranks have one more. */
export function expertsOfRank(experts: number, rank: number, ranks: number): number[] {
  const first = Math.ceil((experts * rank) / ranks);
  const next = Math.ceil((experts * (rank + 1)) / ranks);
  return Array.from({ length: next - first }, (_, i) => first + i);
}

/** The default plan: the same number of experts on every rank, in order. */
export function evenPlan(config: ModelConfig, ranks: number): ShardPlan {
  const layer = Array.from({ length: ranks }, (_, rank) => expertsOfRank(config.experts, rank, ranks));
  return Array.from({ length: config.layers - config.denseLayers }, () => layer);
}

/**
 * Balances the measured load. The most chosen experts are placed first, each on the least loaded rank that has room, so that
 * the numbers of experts on two ranks differ by at most one.
 * @param replicas how many of each layer's most chosen experts are on two ranks, which share their load
 * @throws PackageError when the loads belong to another model, or the replicas do not fit
 */
export function planByLoad(config: ModelConfig, loads: ExpertLoads, ranks: number, replicas: number): ShardPlan {
  const layers = config.layers - config.denseLayers;
  if (loads.length !== layers || loads.some((layer) => layer.length !== config.experts)) {
    throw new PackageError(
      `expert loads of ${loads.length} layers with ${loads[0]?.length ?? 0} experts; ` +
        `the model has ${layers} layers with ${config.experts}`,
    );
  }
  if (replicas > config.experts || (replicas > 0 && ranks === 1)) {
    throw new PackageError(
      `${replicas} replicas of ${config.experts} experts on ${ranks} ranks; replicate each expert at most once, on at least 2 ranks`,
    );
  }
  return loads.map((layer) => placeLayer(layer, ranks, replicas));
}

function placeLayer(loads: readonly number[], ranks: number, replicas: number): number[][] {
  const hottestFirst = loads.map((load, expert) => ({ expert, load })).sort((a, b) => b.load - a.load);
  const room = Math.ceil((loads.length + replicas) / ranks);
  const placed = Array.from({ length: ranks }, () => ({ experts: [] as number[], load: 0 }));
  hottestFirst.forEach(({ expert, load }, place) => {
    const copies = place < replicas ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const free = placed.filter(({ experts }) => experts.length < room && !experts.includes(expert));
      const rank = free.reduce((least, other) => (other.load < least.load ? other : least));
      rank.experts.push(expert);
      rank.load += load / copies;
    }
  });
  return placed.map(({ experts }) => experts.sort((a, b) => a - b));
}

/** The ranks that hold each of a layer's experts. */
export function holdersOf(layer: ShardPlan[number], experts: number): number[][] {
  const holders = Array.from({ length: experts }, (): number[] => []);
  for (const [rank, local] of layer.entries()) for (const expert of local) holders[expert]?.push(rank);
  return holders;
}

/**
 * The first fault of a plan for this model: a wrong number of layers or ranks, or an expert that no rank holds or that does
 * not exist. Undefined if the plan is right.
 */
export function planFault(plan: ShardPlan, config: ModelConfig, ranks: number): string | undefined {
  const layers = config.layers - config.denseLayers;
  if (plan.length !== layers) return `plans ${plan.length} layers of experts, the model has ${layers}`;
  for (const [i, layer] of plan.entries()) {
    if (layer.length !== ranks) return `layer ${i}: plans ${layer.length} ranks, not ${ranks}`;
    if (layer.flat().some((expert) => expert >= config.experts))
      return `layer ${i}: names an expert that does not exist`;
    const unplaced = holdersOf(layer, config.experts).findIndex((ranks) => ranks.length === 0);
    if (unplaced >= 0) return `layer ${i}: no rank holds expert ${unplaced}`;
  }
  return undefined;
}
