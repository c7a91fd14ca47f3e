/**
 * Which rank holds which experts. Attention, routers, shared experts, embedding and head are the leader's; the experts of
 * every layer are split evenly, by number or by how often a run chose them. It knows no files.
 */
import { PackageError } from "../errors.ts";
import type { ModelConfig } from "./config.ts";

/** Experts by MoE layer and rank, ascending. An expert that stands on several ranks is a replica there. */
export type ShardPlan = readonly (readonly (readonly number[])[])[];

/** How often each expert was chosen: by MoE layer, one count per expert. */
export type ExpertLoads = readonly (readonly number[])[];

/** The experts that a rank holds: consecutive ones, the first ranks one more where they do not divide. */
export function expertsOfRank(experts: number, rank: number, ranks: number): number[] {
  const first = Math.ceil((experts * rank) / ranks);
  const next = Math.ceil((experts * (rank + 1)) / ranks);
  return Array.from({ length: next - first }, (_, i) => first + i);
}

/** As many experts on every rank, in order: what a package has that says nothing else. */
export function evenPlan(config: ModelConfig, ranks: number): ShardPlan {
  const layer = Array.from({ length: ranks }, (_, rank) => expertsOfRank(config.experts, rank, ranks));
  return Array.from({ length: config.layers - config.denseLayers }, () => layer);
}

/**
 * As much measured load on every rank. The most chosen experts are placed first, each where the least load is among the ranks
 * that have room, so that every rank holds as many experts, give or take one.
 * @param replicas of each layer's most chosen experts stand on two ranks, which share their load
 * @throws PackageError where the loads are not this model's
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
      `${replicas} replicas on ${ranks} ranks: at most one of each expert, and only between ranks`,
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

/** For each of a layer's experts, the ranks that hold it. */
export function holdersOf(layer: ShardPlan[number], experts: number): number[][] {
  const holders = Array.from({ length: experts }, (): number[] => []);
  for (const [rank, held] of layer.entries()) for (const expert of held) holders[expert]?.push(rank);
  return holders;
}

/**
 * What is wrong with a plan for this model: a layer too many or too few, an expert that nobody holds or that does not exist.
 * @returns undefined where nothing is
 */
export function planFault(plan: ShardPlan, config: ModelConfig, ranks: number): string | undefined {
  const layers = config.layers - config.denseLayers;
  if (plan.length !== layers) return `plans ${plan.length} layers of experts, the model has ${layers}`;
  for (const [i, layer] of plan.entries()) {
    if (layer.length !== ranks) return `layer ${i}: plans ${layer.length} ranks, not ${ranks}`;
    if (layer.flat().some((expert) => expert >= config.experts))
      return `layer ${i}: names an expert that does not exist`;
    const lonely = holdersOf(layer, config.experts).findIndex((ranks) => ranks.length === 0);
    if (lonely >= 0) return `layer ${i}: no rank holds expert ${lonely}`;
  }
  return undefined;
}
