/** `manifest.json` of a model package: everything that a worker needs to know before it opens a graph. */
import { z } from "zod";
import { describeIssues, PackageError, parseJson } from "../errors.ts";
import { modelConfig } from "./config.ts";
import { isExpertGraph, LEADER } from "./package-plan.ts";
import { evenPlan, planFault, type ShardPlan } from "./shard-plan.ts";
import { featuresOf, type Target, targetNames } from "./target.ts";

/** Increased when packages of earlier versions can no longer be read. */
export const MANIFEST_VERSION = 3;

export const MANIFEST_FILE = "manifest.json";

const count = z.int().nonnegative();

const manifest = z.object({
  format: z.literal("palimpsest-model"),
  version: z.literal(MANIFEST_VERSION),
  /** The model's name for clients, unless the operator sets another. */
  name: z.string(),
  /** Unix seconds of the conversion. */
  created: count,
  architecture: z.literal("llada2_moe"),
  config: modelConfig,
  /** Tokens denoised together, an even number. */
  blockLength: count.min(2).multipleOf(2),
  maskToken: count,
  /** Tokens that end an answer. */
  eosTokens: z.array(count).min(1),
  /** 2.2: tokens that the model writes over another to delete it, or to insert one before it. Never part of an answer. */
  editTokens: z.object({ delete: count, split: count }).optional(),
  quantization: z.enum(["none", "int8", "int4"]),
  /** The onnxruntime provider that the graphs are for. */
  target: z.enum(targetNames).default("cpu"),
  /** Processes or threads that the experts are split over. */
  ranks: count.min(1),
  /** Experts by MoE layer and rank; split evenly and in order if absent. */
  shards: z.array(z.array(z.array(count))).optional(),
  parameters: z.object({ total: count, active: count }),
  /** Graphs in the order they run; each has `NAME.onnx` and `NAME.bin`. */
  graphs: z.array(z.object({ name: z.string(), rank: count })),
  /** All other files of the package, with paths relative to the manifest. */
  files: z.array(z.object({ path: z.string(), sizeBytes: count, sha256: z.string() })),
  /** Paths of `tokenizer.json`, `tokenizer_config.json` and the chat template, if the checkpoint has them. */
  tokenizer: z
    .object({ tokenizer: z.string(), config: z.string().optional(), chatTemplate: z.string().optional() })
    .optional(),
});

export type Manifest = z.infer<typeof manifest>;

/** The graphs that a rank runs: those of its experts and, if it leads sequences, those that every row passes. */
export function graphsOf({ graphs }: Manifest, rank: number, leads = rank === LEADER): Manifest["graphs"] {
  return graphs.filter((graph) => (isExpertGraph(graph.name) ? graph.rank === rank : leads));
}

/** The experts of each layer and rank. */
export function shardPlan({ shards, config, ranks }: Manifest): ShardPlan {
  return shards ?? evenPlan(config, ranks);
}

/** @throws PackageError when the package in a folder is for another target than the operator expects */
export function requireTarget(folder: string, { target }: Manifest, expected: Target): void {
  if (target === expected || featuresOf(target).provider === featuresOf(expected).provider) return;
  throw new PackageError(
    `${folder}: is a package for ${target}, not for ${expected}; make one for ${expected} with ` +
      `palimpsest shard ${folder} ${folder}-${expected} --target ${expected}`,
  );
}

/**
 * Reads a manifest.
 * @param file its path, for messages
 * @throws PackageError when it is of another format or version, or a field is missing or wrong
 */
export function parseManifest(text: string, file: string): Manifest {
  const json = parseJson(text, file);
  const version = z.object({ version: z.number() }).safeParse(json).data?.version;
  if (version !== undefined && version !== MANIFEST_VERSION) {
    throw new PackageError(
      `${file}: format version ${version}, this program reads ${MANIFEST_VERSION}; convert the checkpoint again`,
    );
  }
  const parsed = manifest.safeParse(json);
  if (!parsed.success) throw new PackageError(`${file}: ${describeIssues(parsed.error)}`);
  const { shards, config, ranks } = parsed.data;
  const fault = shards && planFault(shards, config, ranks);
  if (fault !== undefined) throw new PackageError(`${file}: shards: ${fault}`);
  return parsed.data;
}
