/** `palimpsest inspect`: describes a package and checks its files. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import type { Manifest } from "@palimpsest/gpu-worker/model/manifest";
import { Command } from "commander";
import { describePlan } from "./describe-plan.ts";
import { rankBytes } from "./rank-bytes.ts";
import { readExpertLoad } from "./shard.ts";
import { formatBytes, formatCount } from "./units.ts";

export function inspectCommand(): Command {
  return new Command("inspect")
    .description("describe a model package and check its files")
    .argument("<package>", "folder of the model package")
    .option("--verify", "also compare the files' contents with their checksums")
    .option("--plan", "describe the experts of each rank")
    .option("--data-parallel", "with --plan, assume that every rank runs its own sequences")
    .option("--expert-load <file>", "with --plan, also print each rank's share of this load")
    .option("--json", "print one line of JSON")
    .action(inspect);
}

interface InspectFlags {
  readonly verify?: boolean;
  readonly plan?: boolean;
  readonly dataParallel?: boolean;
  readonly expertLoad?: string;
  readonly json?: boolean;
}

async function inspect(folder: string, flags: InspectFlags): Promise<void> {
  const manifest = await readManifest(folder);
  const sizeBytes = sum(manifest.files.map((file) => file.sizeBytes));
  const perRank = Array.from({ length: manifest.ranks }, (_, rank) => rankBytes(manifest, rank));
  if (flags.json) console.log(JSON.stringify({ ...manifest, sizeBytes, rankBytes: perRank }));
  else for (const [label, text] of describe(manifest, sizeBytes, perRank)) console.log(`${label.padEnd(14)}${text}`);

  if (flags.plan && !flags.json) {
    const loads = flags.expertLoad === undefined ? undefined : await readExpertLoad(flags.expertLoad);
    for (const line of describePlan(manifest, loads, flags.dataParallel)) console.log(line);
  }
  const faults = await findFaults(folder, manifest, flags.verify ?? false);
  if (faults.length > 0) throw new PackageError(`${faults.join("; ")}; copy or convert the package again`);
}

function describe(manifest: Manifest, sizeBytes: number, perRank: readonly number[]): [label: string, text: string][] {
  const { config, editTokens, parameters, tokenizer, graphs, files } = manifest;
  const layers = `${config.layers} layers${config.denseLayers > 0 ? ` (${config.denseLayers} dense)` : ""}`;
  const shared = config.sharedExperts > 0 ? ` and ${config.sharedExperts} shared` : "";
  const choice =
    config.blockExperts === undefined ? `in ${config.expertGroups} groups` : `(${config.blockExperts} for each block)`;
  const edits = editTokens ? `delete ${editTokens.delete}, split ${editTokens.split}, ` : "";
  return [
    ["name", manifest.name],
    ["architecture", `${manifest.architecture}, ${layers}, hidden size ${config.hiddenSize}`],
    ["experts", `${config.experts} ${choice}, ${config.topK}${shared} for each token`],
    ["parameters", `${formatCount(parameters.total)}, ${formatCount(parameters.active)} active`],
    ["quantization", manifest.quantization],
    ["runs on", manifest.target],
    ["size", `${formatBytes(sizeBytes)}: ${graphs.length} graphs, ${files.length} files`],
    ["ranks", `${manifest.ranks}: ${perRank.map(formatBytes).join(", ")}`],
    ["block length", String(manifest.blockLength)],
    ["vocabulary", `${config.vocabSize}; mask ${manifest.maskToken}, ${edits}stop at ${manifest.eosTokens.join(", ")}`],
    ["positions", String(config.maxPositions)],
    [
      "tokenizer",
      tokenizer === undefined ? "none" : tokenizer.chatTemplate ? "with chat template" : "without chat template",
    ],
    ["converted", new Date(manifest.created * 1000).toISOString()],
  ];
}

async function findFaults(folder: string, manifest: Manifest, contents: boolean): Promise<string[]> {
  const faults: string[] = [];
  for (const { path, sizeBytes, sha256 } of manifest.files) {
    const file = join(folder, path);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) faults.push(`${file}: missing`);
    else if (found.size !== sizeBytes)
      faults.push(`${file}: ${found.size} bytes, but the manifest states ${sizeBytes}`);
    else if (contents && (await checksum(file)) !== sha256)
      faults.push(`${file}: its checksum differs from the manifest`);
  }
  return faults;
}

async function checksum(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
