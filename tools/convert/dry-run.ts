/** Computes the files and the space of a conversion, from a whole checkpoint or from its configuration and index alone. */

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { freeBytes } from "@palimpsest/gpu-worker/files/disk-space";
import { ifExists } from "@palimpsest/gpu-worker/files/optional-file";
import type { ModelConfig } from "@palimpsest/gpu-worker/model/config";
import { EMBEDDING_GRAPH, HEAD_GRAPH, isExpertGraph, kvTokenBytes } from "@palimpsest/gpu-worker/model/package-plan";
import type { GraphFile } from "@palimpsest/gpu-worker/model/weights";
import { INDEX_FILE, openCheckpoint, readIndex, WEIGHTS_FILE } from "./checkpoint.ts";
import { checkTensors, scaleOf } from "./checkpoint-fit.ts";
import { digestOf, type PlanOptions, planConversion } from "./conversion-plan.ts";
import { sourceFiles } from "./convert.ts";
import { KV_RANK, packageBytes, peakDiskBytes, rankBytes, type SourceFiles, sourceBytes } from "./footprint.ts";
import { readJournal } from "./journal.ts";
import { checkTarget, partialFolder } from "./package-folder.ts";
import { weightFile, weightFileBytes } from "./weight-file.ts";

/** Bytes per value if no file states them: released checkpoints are bf16. */
const RELEASED_VALUE_BYTES = 2;

/** Without tensors to compare, larger dimensions count as damage: far above those of any released model. */
const WIDEST_PLAUSIBLE = 1 << 20;

export interface DryRun {
  readonly model: ModelConfig;
  /** Number of graphs of each kind, and the bytes of their weights together. */
  readonly kinds: readonly { readonly kind: string; readonly graphs: number; readonly sizeBytes: number }[];
  readonly packageBytes: number;
  /** Bytes of weights in each rank's memory. */
  readonly rankBytes: readonly number[];
  /** Bytes of keys and values of a sequence of the greatest length, on the first rank. */
  readonly kvBytes: number;
  /** Number of weight files, and of those that an earlier conversion with the same options has finished. */
  readonly weightFiles: number;
  readonly finishedFiles: number;
  /** Bytes of the remaining checkpoint, and the most that it and the package take together. */
  readonly sourceBytes: number;
  readonly peakBytes: number;
  readonly peakBytesConsuming: number;
  /** Free space on the target's disk. */
  readonly freeBytes: number;
  /** Source of the checkpoint's size: its files, a hub's list of them, or without either its configuration. */
  readonly sizesFrom: "files" | "list" | "configuration";
}

export interface DryRunOptions extends PlanOptions {
  /** Bytes of the weight files by a hub's list, if they are not downloaded. */
  readonly listed?: ReadonlyMap<string, number> | undefined;
}

/**
 * @param target folder of the package, which need not exist
 * @param replace true if the folder may have a package
 * @throws PackageError as the conversion would; without weights, tensors are not checked
 */
export async function dryRun(options: DryRunOptions, target: string, replace: boolean): Promise<DryRun> {
  await checkTarget(target, replace);
  const earlier = await readJournal(partialFolder(target));
  const { files, sizesFrom, ...plan } = await planFrom(options, earlier?.consumed ?? new Set());
  const { graphs, model } = plan;
  const isResumed = earlier?.digest === digestOf(plan);
  const left = isResumed ? graphs.filter((graph) => !earlier.files.has(weightFile(graph))) : graphs;
  const doneBytes = packageBytes(graphs) - packageBytes(left);
  const rank = rankBytes(graphs, options.ranks);
  const kv = kvTokenBytes(model, options.provider ?? "cpu") * model.maxPositions;
  return {
    model,
    kinds: kindsOf(graphs),
    packageBytes: packageBytes(graphs),
    rankBytes: rank,
    kvBytes: kv,
    weightFiles: graphs.length,
    finishedFiles: graphs.length - left.length,
    sourceBytes: sourceBytes(files),
    peakBytes: doneBytes + peakDiskBytes(left, files, false),
    peakBytesConsuming: doneBytes + peakDiskBytes(left, files, true),
    freeBytes: await freeBytes(target),
    sizesFrom,
  };
}

/** Memory that a rank needs: its weights, and keys and values on the rank that runs attention. */
export function memoryBytes({ rankBytes, kvBytes }: DryRun, rank: number): number {
  return (rankBytes[rank] as number) + (rank === KV_RANK ? kvBytes : 0);
}

async function planFrom(options: DryRunOptions, consumed: ReadonlySet<string>) {
  const { source, listed } = options;
  const index = (await ifExists(stat(join(source, WEIGHTS_FILE)))) ? undefined : await readIndexIfThere(source);
  const shards = new Set([...(index?.values() ?? [])].filter((shard) => !consumed.has(shard)));
  const missing = (await Promise.all([...shards].map((shard) => ifExists(stat(join(source, shard)))))).includes(
    undefined,
  );
  if (index !== undefined && missing) {
    const plan = await planConversion(options, { tensorCount: index.size, widest: WIDEST_PLAUSIBLE });
    const there = new Map([...index].filter(([, shard]) => shards.has(shard)));
    const files = filesOfIndex(plan.graphs, there, listed);
    return { ...plan, files, sizesFrom: listed ? "list" : "configuration" } as const;
  }
  await using checkpoint = await openCheckpoint(source, consumed);
  const plan = await planConversion(options, scaleOf(checkpoint));
  if (consumed.size === 0) checkTensors(plan.graphs, checkpoint, source);
  return { ...plan, files: sourceFiles(checkpoint), sizesFrom: "files" } as const;
}

async function readIndexIfThere(source: string): Promise<ReadonlyMap<string, string> | undefined> {
  return (await ifExists(stat(join(source, INDEX_FILE)))) && readIndex(source);
}

function filesOfIndex(
  graphs: readonly GraphFile[],
  index: ReadonlyMap<string, string>,
  listed: ReadonlyMap<string, number> | undefined,
): SourceFiles {
  const sizes = new Map<string, number>();
  const tensors = new Map(
    graphs.flatMap(({ weights }) => weights.flatMap(({ sources }) => sources)).map((t) => [t.name, t]),
  );
  for (const { name, dims } of tensors.values()) {
    const file = index.get(name);
    if (file === undefined) continue;
    const tensorBytes = RELEASED_VALUE_BYTES * dims.reduce((product, dim) => product * dim, 1);
    sizes.set(file, listed?.get(file) ?? (sizes.get(file) ?? 0) + tensorBytes);
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
