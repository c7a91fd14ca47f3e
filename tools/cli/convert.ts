/** `palimpsest convert`: converts a checkpoint to a package. */
import { type Target, targetNames } from "@palimpsest/gpu-worker/model/target";
import { targetCost } from "@palimpsest/gpu-worker/model/target-faults";
import type { Quantization } from "@palimpsest/gpu-worker/model/weights";
import { Command, Option } from "commander";
import type { PlanOptions } from "../convert/conversion-plan.ts";
import { convertCheckpoint } from "../convert/convert.ts";
import { blockLength, tokenList, wholeNumber } from "./arguments.ts";
import { addSourceFlags, obtainCheckpoint, obtainDescription, type SourceFlags } from "./checkpoint-source.ts";
import { interruptSignal } from "./interrupt.ts";
import { printDryRun } from "./print-dry-run.ts";
import { createProgress } from "./progress.ts";
import { formatBytes } from "./units.ts";

interface ConvertFlags extends SourceFlags {
  readonly target: Target;
  readonly quantize: Quantization;
  readonly ranks: number;
  readonly blockLength?: number;
  readonly maskToken?: number;
  readonly eos?: readonly number[];
  readonly name?: string;
  readonly consume?: boolean;
  readonly dryRun?: boolean;
}

export function convertCommand(): Command {
  const command = new Command("convert")
    .description("turn a LLaDA2 checkpoint into a model package")
    .argument(
      "<checkpoint>",
      "folder with config.json and *.safetensors, or a hub's model: org/name, modelscope:org/name",
    )
    .argument("<package>", "folder to write; must be missing or empty")
    .addOption(
      new Option("--quantize <format>", "number format of the weight matrices")
        .choices(["none", "int8", "int4"])
        .default("none"),
    )
    .addOption(
      new Option("--target <provider>", "onnxruntime provider that runs the package")
        .choices(targetNames)
        .default("cpu"),
    )
    .option("--ranks <n>", "processes or threads to split the experts over", wholeNumber(1), 1)
    .option("--block-length <n>", "tokens denoised together (default: the checkpoint's, else 32)", blockLength)
    .option("--mask-token <id>", "the mask token (default: the checkpoint's)", wholeNumber(0))
    .option("--eos <ids>", "tokens that end an answer, separated by commas (default: the checkpoint's)", tokenList)
    .option("--name <name>", "the model's name for clients (default: the checkpoint's)")
    .option("--force", "replace an existing package")
    .option("--consume", "permanently delete each weight file of the checkpoint once it is converted")
    .option("--dry-run", "print the files and the disk space of the conversion, without writing");
  return addSourceFlags(command).action(convert);
}

async function convert(source: string, target: string, flags: ConvertFlags, command: Command): Promise<void> {
  const signal = interruptSignal();
  if (flags.dryRun) {
    await using described = await obtainDescription(source, flags, command, signal);
    const options = { ...planOptions(described.folder, flags), listed: described.listed };
    return await printDryRun(options, target, flags.force ?? false);
  }
  const checkpoint = await obtainCheckpoint(source, target, flags, command, signal);
  const startMs = performance.now();
  using progress = createProgress(process.stderr);
  const manifest = await convertCheckpoint(
    {
      ...planOptions(checkpoint.folder, flags),
      target,
      name: flags.name ?? checkpoint.name,
      replace: flags.force,
      consume: flags.consume,
      onNotice: (sentence) => console.error(sentence),
      onProgress: ({ doneBytes, totalBytes, file }) => progress.update(doneBytes, totalBytes, file),
    },
    signal,
  );
  progress[Symbol.dispose]();
  const cost = targetCost(manifest.config, manifest.target);
  if (cost !== undefined) console.error(`warning: ${cost}`);
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${target}: ${manifest.name}, ${formatBytes(sizeBytes)} in ${manifest.files.length} files, ${seconds} s`);
}

function planOptions(source: string, flags: ConvertFlags): PlanOptions {
  return {
    source,
    provider: flags.target,
    quantization: flags.quantize,
    ranks: flags.ranks,
    blockLength: flags.blockLength,
    maskToken: flags.maskToken,
    eosTokens: flags.eos,
  };
}
