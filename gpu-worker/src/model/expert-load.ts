/** How often a run chose each expert: counted at run time, stored as JSON, and used to plan shards by load. */
import { z } from "zod";
import { describeIssues, PackageError, parseJson } from "../errors.ts";
import type { ModelConfig } from "./config.ts";
import type { ExpertLoads } from "./shard-plan.ts";

const file = z.object({
  format: z.literal("palimpsest-expert-load"),
  /** By MoE layer, one count per expert. */
  layers: z.array(z.array(z.int().nonnegative())),
});

/** @param path for messages @throws PackageError when the text is not a file of expert loads */
export function parseExpertLoad(text: string, path: string): ExpertLoads {
  const parsed = file.safeParse(parseJson(text, path));
  if (!parsed.success) throw new PackageError(`${path}: not a file of expert loads: ${describeIssues(parsed.error)}`);
  return parsed.data.layers;
}

export function writeExpertLoad(layers: ExpertLoads): string {
  return `${JSON.stringify({ format: "palimpsest-expert-load", layers })}\n`;
}

export class ExpertLoadCounter {
  readonly #denseLayers: number;
  readonly layers: readonly number[][];

  constructor({ layers, denseLayers, experts }: ModelConfig) {
    this.#denseLayers = denseLayers;
    this.layers = Array.from({ length: layers - denseLayers }, () => new Array<number>(experts).fill(0));
  }

  /** @param experts [T, K] that the router of a layer chose */
  count(layer: number, experts: BigInt64Array): void {
    const counts = this.layers[layer - this.#denseLayers] as number[];
    for (const expert of experts) counts[Number(expert)] = (counts[Number(expert)] ?? 0) + 1;
  }

  /** @throws PackageError when the loads belong to another model */
  add(loads: ExpertLoads): void {
    const [own, other] = [this.layers, loads].map(
      (layers) => `${layers.length} layers of ${layers[0]?.length ?? 0} experts`,
    );
    if (own !== other) throw new PackageError(`cannot add expert loads of ${other} to loads of ${own}`);
    for (const [layer, counts] of loads.entries()) {
      for (const [expert, count] of counts.entries()) {
        const sums = this.layers[layer] as number[];
        sums[expert] = (sums[expert] ?? 0) + count;
      }
    }
  }
}
