/** Runs the experts of a rank: a layer's routed rows become the rank's partial sums. */
import { Tensor } from "onnxruntime-node";
import { readManifest } from "../files/read-manifest.ts";
import { graphsOf, type Manifest, shardPlan } from "../model/manifest.ts";
import { expertGraph } from "../model/package-plan.ts";
import type { ShardPlan } from "../model/shard-plan.ts";
import { featuresOf } from "../model/target.ts";
import type { RankAnswer, RankLink, RoutedRows, Rows } from "../parallel/exchange.ts";
import { permute } from "../parallel/permutation.ts";
import { asBits } from "./half-tensor.ts";
import { openSessions, runGraph, type SessionOptions, type Sessions } from "./package.ts";

/** Outputs of a layer's graph: hidden [T, H], experts and weights [T, K]. */
export interface RoutedTensors {
  readonly hidden: Tensor;
  readonly experts: Tensor;
  readonly weights: Tensor;
}

export class ExpertShard {
  readonly rank: number;
  readonly #sessions: Sessions;
  readonly #manifest: Manifest;
  readonly #plan: ShardPlan;
  readonly #isFused: boolean;

  constructor(sessions: Sessions, manifest: Manifest, rank: number) {
    this.rank = rank;
    this.#sessions = sessions;
    this.#manifest = manifest;
    this.#plan = shardPlan(manifest);
    this.#isFused = featuresOf(manifest.target).experts === "QMoE";
  }

  /** The weighted sums over this rank's experts: [1, T, H]. @param into gets them, if it is given */
  async run(layer: number, { hidden, experts, weights }: RoutedTensors, into?: Tensor): Promise<Tensor> {
    const feeds = this.#isFused ? { experts } : this.#permutation(layer, experts, weights);
    const inputs = { normed: hidden, weights, ...feeds };
    const out = await runGraph(this.#sessions, expertGraph(layer, this.rank), inputs, into && { partial: into });
    // The tensor that comes out of a run over `into` has memory of its own.
    return into ?? (out.partial as Tensor);
  }

  /** The order in which the graph processes its rows. */
  #permutation(layer: number, experts: Tensor, weights: Tensor) {
    const { topK, denseLayers } = this.#manifest.config;
    const local = this.#plan[layer - denseLayers]?.[this.rank] as readonly number[];
    const chosen = experts.data as BigInt64Array;
    const { rows, counts, slots } = permute(chosen, weights.data as Float32Array, topK, local);
    return {
      rows: new Tensor("int64", rows, [rows.length]),
      counts: new Tensor("int64", counts, [counts.length]),
      slots: new Tensor("int64", slots, [slots.length / topK, topK]),
    };
  }
}

/** A shard as a link, for the rank's own thread or process. */
export function shardLink(shard: ExpertShard, { config, target }: Manifest): RankLink {
  const type = featuresOf(target).real === "f32" ? "float32" : "float16";
  return {
    rank: shard.rank,
    ready: true,
    async run({ layer, hidden, experts, weights, into }: RoutedRows): Promise<RankAnswer> {
      const startMs = performance.now();
      const rows = hidden.length / config.hiddenSize;
      const real = (data: Rows, dims: readonly number[]): Tensor => asBits(new Tensor(type, data, dims));
      const inputs = {
        hidden: real(hidden, [rows, config.hiddenSize]),
        experts: new Tensor("int64", experts, [rows, config.topK]),
        weights: new Tensor("float32", weights, [rows, config.topK]),
      };
      const partial = await shard.run(layer, inputs, into && real(into, [1, rows, config.hiddenSize]));
      return { partial: into ?? (partial.data as Rows), computeMs: performance.now() - startMs };
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Opens the experts of a rank from a package. @throws PackageError */
export async function openShard(folder: string, rank: number, options: SessionOptions): Promise<RankLink> {
  const manifest = await readManifest(folder);
  const sessions = await openSessions(folder, manifest, options, graphsOf(manifest, rank, false));
  return shardLink(new ExpertShard(sessions, manifest, rank), manifest);
}
