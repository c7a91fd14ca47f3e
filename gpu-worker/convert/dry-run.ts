/** What a conversion would write and take, without writing: from a whole checkpoint, or from its configuration and index alone. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { ModelConfig } from "../src/model/config.ts";
import { EMBEDDING_GRAPH, HEAD_GRAPH, isExpertGraph, kvTokenBytes } from "../src/model/package-plan.ts";
import type { GraphFile } from "../src/model/weights.ts";
import { INDEX_FILE, openCheckpoint, readIndex, WEIGHTS_FILE } from "./checkpoint.ts";
import { checkTensors, scaleOf } from "./checkpoint-fit.ts";
import { type PlanOptions, planConversion } from "./conversion-plan.ts";
import { sourceFiles } from "./convert.ts";
import { freeBytes } from "./disk-space.ts";
import { KV_RANK, packageBytes, peakDiskBytes, rankBytes, type SourceFiles } from "./footprint.ts";
import { ifThere } from "./optional-file.ts";
import { weightFileBytes } from "./weight-file.ts";

/** Bytes of a checkpoint's value where no file says it: the released ones are bf16. */
const RELEASED_VALUE_BYTES = 2;

export interface DryRun {
  readonly model: ModelConfig;
  /** Graphs of one kind: how many, and their bytes of weights together. */
  readonly kinds: readonly { readonly kind: string; readonly graphs: number; readonly sizeBytes: number }[];
  readonly packageBytes: number;
  /** Weights that each rank keeps in memory. */
  readonly rankBytes: readonly number[];
  /** Keys and values of one sequence of the greatest length, on the first rank. */
  readonly kvBytes: number;
  /** The checkpoint itself, and the most that it and the package take together. */
  readonly sourceBytes: number;
  readonly peakBytes: number;
  readonly peakBytesConsuming: number;
  /** Room on the target's disk. */
  readonly freeBytes: number;
  /** False where the checkpoint's weights are not there, and sizes are taken from its configuration. */
  readonly weightsThere: boolean;
}

/** @param target folder of the package, which need not be there @throws PackageError as the conversion would */
export async function dryRun(options: PlanOptions, target: string): Promise<DryRun> {
  const { graphs, model, files, weightsThere } = await planFrom(options);
  const rank = rankBytes(graphs, options.ranks);
  const kv = kvTokenBytes(model, options.provider ?? "cpu") * model.maxPositions;
  return {
    model,
    kinds: kindsOf(graphs),
    packageBytes: packageBytes(graphs),
    rankBytes: rank,
    kvBytes: kv,
    sourceBytes: [...files.sizes.values()].reduce((sum, size) => sum + size, 0),
    peakBytes: peakDiskBytes(graphs, files, false),
    peakBytesConsuming: peakDiskBytes(graphs, files, true),
    freeBytes: await freeBytes(target),
    weightsThere,
  };
}

/** Memory that a rank needs: its weights, and on the rank that runs attention the keys and values. */
export function memoryBytes({ rankBytes, kvBytes }: DryRun, rank: number): number {
  return (rankBytes[rank] as number) + (rank === KV_RANK ? kvBytes : 0);
}

async function planFrom(options: PlanOptions) {
  const { source } = options;
  const index = (await ifThere(stat(join(source, WEIGHTS_FILE)))) ? undefined : await readIndexIfThere(source);
  const shards = new Set(index?.values());
  const missing = (await Promise.all([...shards].map((shard) => ifThere(stat(join(source, shard)))))).includes(
    undefined,
  );
  if (index !== undefined && missing) {
    // The largest dimension is unknown: the index tells how many tensors there are, which bounds the plan.
    const plan = await planConversion(options, { tensorCount: index.size, widest: Number.POSITIVE_INFINITY });
    return { ...plan, files: filesOfIndex(plan.graphs, index), weightsThere: false };
  }
  await using checkpoint = await openCheckpoint(source);
  const plan = await planConversion(options, scaleOf(checkpoint));
  checkTensors(plan.graphs, checkpoint, source);
  return { ...plan, files: sourceFiles(checkpoint), weightsThere: true };
}

async function readIndexIfThere(source: string): Promise<ReadonlyMap<string, string> | undefined> {
  return (await ifThere(stat(join(source, INDEX_FILE)))) && readIndex(source);
}

function filesOfIndex(graphs: readonly GraphFile[], index: ReadonlyMap<string, string>): SourceFiles {
  const sizes = new Map<string, number>();
  const tensors = new Map(
    graphs.flatMap(({ weights }) => weights.flatMap(({ sources }) => sources)).map((t) => [t.name, t]),
  );
  for (const { name, dims } of tensors.values()) {
    const file = index.get(name);
    if (file === undefined) continue;
    sizes.set(file, (sizes.get(file) ?? 0) + RELEASED_VALUE_BYTES * dims.reduce((product, dim) => product * dim, 1));
  }
  return { sizes, fileOf: (tensor) => index.get(tensor) };
}

function kindsOf(graphs: readonly GraphFile[]): DryRun["kinds"] {
  const kindOf = (name: string): string => {
    if (name === EMBEDDING_GRAPH || name === HEAD_GRAPH) return name;
    return isExpertGraph(name) ? "experts" : "layers";
  };
  return [...Map.groupBy(graphs, ({ name }) => kindOf(name))].map(([kind, some]) => ({
    kind,
    graphs: some.length,
    sizeBytes: some.reduce((sum, { weights }) => sum + weightFileBytes(weights), 0),
  }));
}
