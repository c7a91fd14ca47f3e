/**
 * Plans a conversion before anything is written: the model, its token ids, the graphs with their weights, and a digest of
 * them. It only reads the checkpoint's small files.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { readJson } from "@palimpsest/gpu-worker/files/optional-file";
import { type CheckpointConfig, type ModelConfig, parseConfig } from "@palimpsest/gpu-worker/model/config";
import { planPackage } from "@palimpsest/gpu-worker/model/package-plan";
import type { Target } from "@palimpsest/gpu-worker/model/target";
import { targetFaults } from "@palimpsest/gpu-worker/model/target-faults";
import type { GraphFile, Quantization } from "@palimpsest/gpu-worker/model/weights";
import { type CheckpointScale, checkScale } from "./checkpoint-fit.ts";
import { chooseTokenIds, parseGenerationConfig, type TokenIds } from "./token-ids.ts";
import { readTokenizerFiles, type TokenizerFiles } from "./tokenizer-files.ts";

/** Block length of every released model. */
const DEFAULT_BLOCK_LENGTH = 32;

export interface PlanOptions {
  /** Folder of the checkpoint. */
  readonly source: string;
  /** The onnxruntime provider that will run the package; cpu by default. */
  readonly provider?: Target | undefined;
  readonly quantization: Quantization;
  /** Ranks that the experts are split over. */
  readonly ranks: number;
  readonly blockLength?: number | undefined;
  readonly maskToken?: number | undefined;
  readonly eosTokens?: readonly number[] | undefined;
}

export interface ConversionPlan {
  readonly model: ModelConfig;
  readonly tokens: TokenIds;
  readonly blockLength: number;
  readonly tokenizer: TokenizerFiles;
  readonly graphs: readonly GraphFile[];
}

/** @throws PackageError when configuration, tokenizer and options contradict each other */
export async function planConversion(options: PlanOptions, scale: CheckpointScale): Promise<ConversionPlan> {
  const { source, quantization, ranks, provider = "cpu" } = options;
  const config = await readConfig(source);
  const { model } = config;
  const tokenizer = await readTokenizerFiles(source);
  const tokens = await readTokenIds(options, config, tokenizer);
  if (ranks > model.experts) throw new PackageError(`${ranks} ranks for ${model.experts} experts; give fewer --ranks`);
  const faults = targetFaults(model, { target: provider, quantization, ranks });
  if (faults.length > 0) throw new PackageError(`${source}: ${faults.join("; ")}`);
  checkScale(model, scale, source);
  const blockLength = chooseBlockLength(options, config);
  return {
    model,
    tokens,
    blockLength,
    tokenizer,
    graphs: planPackage(model, { target: provider, quantization, ranks, blockLength, ...tokens }),
  };
}

/** A block-routed model needs its own length: it was trained with a pool of experts per block. */
function chooseBlockLength(options: PlanOptions, config: CheckpointConfig): number {
  const stated = config.blockLength ?? DEFAULT_BLOCK_LENGTH;
  const length = options.blockLength ?? stated;
  if (config.model.blockExperts !== undefined && length !== stated) {
    throw new PackageError(
      `block length ${length}: the checkpoint chooses experts for blocks of ${stated}; leave out --block-length`,
    );
  }
  return length;
}

/** Digest of the graphs' weights and their sources: plans with equal digests write the same weight files. */
export function digestOf({ graphs }: ConversionPlan): string {
  const hash = createHash("sha256");
  for (const { name, weights } of graphs) hash.update(JSON.stringify([name, weights]));
  return hash.digest("hex");
}

async function readConfig(source: string): Promise<CheckpointConfig> {
  const file = join(source, "config.json");
  const json = await readJson(file);
  if (json === undefined) throw new PackageError(`${file}: missing; ${source} is not a checkpoint folder`);
  return parseConfig(json, file);
}

async function readTokenIds(
  options: PlanOptions,
  config: CheckpointConfig,
  { vocabulary, names }: TokenizerFiles,
): Promise<TokenIds> {
  const file = join(options.source, "generation_config.json");
  const generationConfig = parseGenerationConfig((await readJson(file)) ?? {}, file);
  return chooseTokenIds({
    flags: options,
    generationConfig,
    config,
    vocabulary,
    names,
    vocabSize: config.model.vocabSize,
    edits: config.model.blockExperts !== undefined,
  });
}
