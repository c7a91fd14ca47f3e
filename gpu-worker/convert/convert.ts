/**
 * Checkpoint in, model package out. Everything that can be known to be wrong is found before the first byte is written; the
 * package appears under its name when it is whole.
 *
 * Memory: one slab of 4M values (16 MB as f32, up to 4 MB more quantized), the scales of one matrix, and all tensor headers;
 * measured 230 MB for the whole process on a model of 1.5 billion parameters.
 */
import { basename, join, resolve } from "node:path";
import { PackageError } from "../src/errors.ts";
import { type CheckpointConfig, type ModelConfig, parameterCounts, parseConfig } from "../src/model/config.ts";
import { MANIFEST_FILE, MANIFEST_VERSION, type Manifest } from "../src/model/manifest.ts";
import { planPackage } from "../src/model/package-plan.ts";
import type { CheckpointTensor, ExternalData, GraphFile, Quantization } from "../src/model/weights.ts";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { checkSpace } from "./disk-space.ts";
import { readJson } from "./optional-file.ts";
import { createOutputFile } from "./output-file.ts";
import { createPackageFolder } from "./package-folder.ts";
import { chooseTokenIds, parseGenerationConfig, type TokenIds } from "./token-ids.ts";
import { readTokenizerFiles, type TokenizerFiles } from "./tokenizer-files.ts";
import { weightFileBytes, writeWeights } from "./weight-file.ts";

/** Tokens denoised together by every released model. */
const DEFAULT_BLOCK_LENGTH = 32;

/** Fault messages that one error lists; the rest is counted. */
const LISTED_FAULTS = 5;

/** Room for a graph file beside its weights; measured up to 0.3 MB for 256 experts. */
const GRAPH_ALLOWANCE_BYTES = 1 << 20;

export interface ConvertOptions {
  /** Folder of the checkpoint. */
  readonly source: string;
  /** Folder of the package. */
  readonly target: string;
  readonly quantization: Quantization;
  /** Ranks the experts are split over. */
  readonly ranks: number;
  readonly blockLength?: number | undefined;
  readonly maskToken?: number | undefined;
  readonly eosTokens?: readonly number[] | undefined;
  /** What clients call the model; the source folder's name where absent. */
  readonly name?: string | undefined;
  /** Replaces a package that stands at the target. */
  readonly replace?: boolean | undefined;
  readonly onProgress?: ((progress: ConvertProgress) => void) | undefined;
}

export interface ConvertProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** The file being written. */
  readonly file: string;
}

/**
 * Converts a checkpoint.
 * @returns the manifest, as written
 * @throws PackageError where checkpoint, options or disk are at fault; the signal's reason. Nothing is left behind then.
 */
export async function convertCheckpoint(options: ConvertOptions, signal?: AbortSignal): Promise<Manifest> {
  const { source, target, quantization, ranks } = options;
  const config = await readConfig(source);
  await using checkpoint = await openCheckpoint(source);
  const tokenizer = await readTokenizerFiles(source);
  const tokens = await readTokenIds(options, config, tokenizer);
  const blockLength = options.blockLength ?? config.blockLength ?? DEFAULT_BLOCK_LENGTH;
  const { model } = config;
  if (ranks > model.experts) throw new PackageError(`${ranks} ranks for ${model.experts} experts; give fewer --ranks`);
  checkScale(model, checkpoint, source);
  const graphs = planPackage(model, { quantization, ranks, maskToken: tokens.maskToken });
  checkTensors(graphs, checkpoint, source);

  await using folder = await createPackageFolder(target, options.replace ?? false);
  const totalBytes = graphs.reduce((sum, graph) => sum + weightFileBytes(graph.weights), 0);
  await checkSpace(folder.path, `${target}: the package`, totalBytes + graphs.length * GRAPH_ALLOWANCE_BYTES);
  const files: Manifest["files"] = [];
  const write = async (path: string, bytes: Uint8Array): Promise<void> => {
    await using output = await createOutputFile(join(folder.path, path));
    await output.write(bytes);
    files.push({ path, ...(await output.finish()) });
  };

  let doneBytes = 0;
  for (const graph of graphs) {
    const path = `${graph.name}.bin`;
    const external = new Map<string, ExternalData>();
    await using output = await createOutputFile(join(folder.path, path));
    for await (const [weight, place] of writeWeights(graph.weights, checkpoint, output, path, signal)) {
      external.set(weight, place);
      options.onProgress?.({ doneBytes: doneBytes + output.position, totalBytes, file: path });
    }
    files.push({ path, ...(await output.finish()) });
    doneBytes += output.position;
    await write(`${graph.name}.onnx`, graph.build(external));
  }
  for (const [path, bytes] of tokenizer.files) await write(path, bytes);

  const manifest: Manifest = {
    format: "palimpsest-model",
    version: MANIFEST_VERSION,
    name: options.name ?? basename(resolve(source)),
    created: Math.floor(Date.now() / 1000),
    architecture: "llada2_moe",
    config: model,
    blockLength,
    maskToken: tokens.maskToken,
    eosTokens: [...tokens.eosTokens],
    quantization,
    ranks,
    parameters: parameterCounts(model),
    graphs: graphs.map(({ name, rank }) => ({ name, rank })),
    files: [...files],
    ...(tokenizer.manifest && { tokenizer: tokenizer.manifest }),
  };
  await write(MANIFEST_FILE, new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`));
  signal?.throwIfAborted();
  await folder.publish();
  return manifest;
}

async function readConfig(source: string): Promise<CheckpointConfig> {
  const file = join(source, "config.json");
  const json = await readJson(file);
  if (json === undefined) throw new PackageError(`${file}: missing; ${source} is not a checkpoint folder`);
  return parseConfig(json, file);
}

async function readTokenIds(
  options: ConvertOptions,
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
  });
}

/** Numbers that no tensor bears out could make the plan itself larger than memory. */
function checkScale(model: ModelConfig, { tensors }: Checkpoint, source: string): void {
  const widest = [...tensors.values()].reduce((most, { dims }) => Math.max(most, ...dims), 0);
  const experts = (model.layers - model.denseLayers) * model.experts;
  if (Math.max(model.hiddenSize, model.headDim) <= widest && model.layers + experts <= tensors.size) return;
  throw new PackageError(
    `${source}: config.json describes a model far larger than the ${tensors.size} tensors there; fetch both again`,
  );
}

/** Every tensor that the plan needs is there with its shape. */
function checkTensors(graphs: readonly GraphFile[], { tensors }: Checkpoint, source: string): void {
  const needed = graphs.flatMap((graph) => graph.weights.flatMap((weight) => weight.sources));
  const faults = new Set(needed.flatMap((tensor) => tensorFault(tensor, tensors)));
  if (faults.size === 0) return;
  const listed = [...faults].slice(0, LISTED_FAULTS).join("; ");
  const rest = faults.size > LISTED_FAULTS ? `; and ${faults.size - LISTED_FAULTS} more` : "";
  const count = faults.size > 1 ? `${faults.size} tensors do not fit config.json: ` : "";
  throw new PackageError(`${source}: ${count}${listed}${rest}`);
}

function tensorFault({ name, dims }: CheckpointTensor, tensors: Checkpoint["tensors"]): string[] {
  const stored = tensors.get(name);
  if (!stored) return [`tensor ${name} [${dims}] is missing`];
  if (stored.dims.join() === dims.join()) return [];
  return [`tensor ${name} in ${basename(stored.file)} is [${stored.dims}], config.json makes it [${dims}]`];
}
