/** `manifest.json` of a model package: everything a worker needs to know before it opens a graph. */
import { z } from "zod";
import { describeIssues, PackageError } from "../errors.ts";
import type { ModelConfig } from "./config.ts";
import { isExpertGraph, LEADER } from "./package-plan.ts";
import { evenPlan, planFault, type ShardPlan } from "./shard-plan.ts";
import { targetNames } from "./target.ts";

/** Raised when a package written before cannot be read any more. */
export const MANIFEST_VERSION = 3;

export const MANIFEST_FILE = "manifest.json";

const count = z.int().nonnegative();

const modelConfig = z.object({
  vocabSize: count,
  hiddenSize: count,
  layers: count,
  heads: count,
  kvHeads: count,
  headDim: count,
  rotaryDim: count,
  ropeTheta: z.number(),
  rmsNormEps: z.number(),
  intermediateSize: count,
  denseLayers: count,
  moeIntermediateSize: count,
  experts: count,
  topK: count,
  sharedExperts: count,
  expertGroups: count,
  topKGroups: count,
  blockExperts: count.optional(),
  expertBias: z.boolean(),
  routedScalingFactor: z.number(),
  tiedEmbeddings: z.boolean(),
  maxPositions: count,
}) satisfies z.ZodType<ModelConfig>;

const manifest = z.object({
  format: z.literal("palimpsest-model"),
  version: z.literal(MANIFEST_VERSION),
  /** The name clients use unless the operator gives another. */
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
  /** 2.2: what the model writes over a token to delete it, or to insert one before it. Never part of an answer. */
  editTokens: z.object({ delete: count, split: count }).optional(),
  quantization: z.enum(["none", "int8", "int4"]),
  /** The onnxruntime provider that the graphs are for. */
  target: z.enum(targetNames).default("cpu"),
  /** Processes or threads the experts are split over. */
  ranks: count.min(1),
  /** Experts by MoE layer and rank; evenly and in order where absent. */
  shards: z.array(z.array(z.array(count))).optional(),
  parameters: z.object({ total: count, active: count }),
  /** Graphs in the order they run; each has `NAME.onnx` and `NAME.bin`. */
  graphs: z.array(z.object({ name: z.string(), rank: count })),
  /** Files of the package, this one apart. Paths are relative to it. */
  files: z.array(z.object({ path: z.string(), sizeBytes: count, sha256: z.string() })),
  /** `tokenizer.json`, `tokenizer_config.json` and the chat template, where the checkpoint has them. */
  tokenizer: z
    .object({ tokenizer: z.string(), config: z.string().optional(), chatTemplate: z.string().optional() })
    .optional(),
});

export type Manifest = z.infer<typeof manifest>;

/** The graphs that a rank runs: its experts', and where it leads sequences, those that every row passes. */
export function graphsOf({ graphs }: Manifest, rank: number, leads = rank === LEADER): Manifest["graphs"] {
  return graphs.filter((graph) => (isExpertGraph(graph.name) ? graph.rank === rank : leads));
}

/** Which rank of a package holds which experts. */
export function shardPlan({ shards, config, ranks }: Manifest): ShardPlan {
  return shards ?? evenPlan(config, ranks);
}

/**
 * Reads a manifest.
 * @param file its path, for messages
 * @throws PackageError when it is of another format or version, or a field is missing or wrong
 */
export function parseManifest(text: string, file: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new PackageError(`${file}: not JSON (${(cause as Error).message})`, { cause });
  }
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
