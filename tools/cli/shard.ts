/** `palimpsest shard`: splits a package's experts over other ranks, or writes it for another target. */
import { readFile } from "node:fs/promises";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { parseExpertLoad } from "@palimpsest/gpu-worker/model/expert-load";
import { type ExpertLoads, planByLoad } from "@palimpsest/gpu-worker/model/shard-plan";
import { type Target, targetNames } from "@palimpsest/gpu-worker/model/target";
import { targetCost } from "@palimpsest/gpu-worker/model/target-faults";
import { Command, Option } from "commander";
import { shardPackage } from "../convert/shard.ts";
import { wholeNumber } from "./arguments.ts";
import { describePlan } from "./describe-plan.ts";
import { interruptSignal } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { formatBytes } from "./units.ts";

interface ShardFlags {
  readonly ranks?: number;
  readonly target?: Target;
  readonly expertLoad?: string;
  readonly replicas?: number;
  readonly force?: boolean;
}

export function shardCommand(): Command {
  return new Command("shard")
    .description("split a package's experts over other ranks, or write it for another target, without its checkpoint")
    .argument("<package>", "folder of the model package")
    .argument("<target>", "folder to write; must be missing or empty")
    .option("--ranks <n>", "processes or threads to split the experts over (default: as before)", wholeNumber(1))
    .addOption(
      new Option("--target <provider>", "onnxruntime provider that runs the new package (default: as before)").choices(
        targetNames,
      ),
    )
    .option("--expert-load <file>", "balance the ranks by the load in this file (from generate --expert-load)")
    .option(
      "--replicas <n>",
      "number of experts of each layer to place on two ranks, most chosen first",
      wholeNumber(0),
    )
    .option("--force", "replace an existing package")
    .action(shard);
}

async function shard(source: string, target: string, flags: ShardFlags, command: Command): Promise<void> {
  const { ranks, target: provider, replicas = 0 } = flags;
  if (ranks === undefined && provider === undefined) {
    command.error("error: give --ranks, --target or both", { exitCode: 2 });
  }
  if (flags.expertLoad !== undefined && ranks === undefined) {
    command.error("error: --expert-load needs --ranks", { exitCode: 2 });
  }
  if (replicas > 0 && flags.expertLoad === undefined) {
    command.error("error: --replicas needs --expert-load to choose the experts", { exitCode: 2 });
  }
  const loads = flags.expertLoad === undefined ? undefined : await readExpertLoad(flags.expertLoad);
  using progress = createProgress(process.stderr);
  const manifest = await shardPackage(
    {
      source,
      target,
      ranks,
      provider,
      plan: loads && ((config) => planByLoad(config, loads, ranks ?? 1, replicas)),
      replace: flags.force,
      onProgress: ({ doneBytes, totalBytes, file }) => progress.update(doneBytes, totalBytes, file),
    },
    interruptSignal(),
  );
  progress[Symbol.dispose]();
  for (const line of describePlan(manifest, loads)) console.log(line);
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const cost = provider && targetCost(manifest.config, provider);
  if (cost !== undefined) console.error(`warning: ${cost}`);
  const form = `${manifest.ranks} ${manifest.ranks === 1 ? "rank" : "ranks"}`;
  console.log(`${target}: ${manifest.name}, ${formatBytes(sizeBytes)}, ${form}, for ${manifest.target}`);
}

export async function readExpertLoad(path: string): Promise<ExpertLoads> {
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new PackageError(`${path}: ${cause.message}`, { cause });
  });
  return parseExpertLoad(text, path);
}
