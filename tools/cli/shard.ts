/** `palimpsest shard`: splits a package's experts over other ranks. */
import { readFile } from "node:fs/promises";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { parseExpertLoad } from "@palimpsest/gpu-worker/model/expert-load";
import { type ExpertLoads, planByLoad } from "@palimpsest/gpu-worker/model/shard-plan";
import { Command } from "commander";
import { shardPackage } from "../convert/shard.ts";
import { wholeNumber } from "./arguments.ts";
import { describePlan } from "./describe-plan.ts";
import { interruptSignal } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { formatBytes } from "./units.ts";

interface ShardFlags {
  readonly ranks: number;
  readonly expertLoad?: string;
  readonly replicas?: number;
  readonly force?: boolean;
}

export function shardCommand(): Command {
  return new Command("shard")
    .description("split a package's experts over other ranks, without its checkpoint")
    .argument("<package>", "folder of the model package")
    .argument("<target>", "folder to write; must be missing or empty")
    .requiredOption("--ranks <n>", "processes or threads to split the experts over", wholeNumber(1))
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
  const { ranks, replicas = 0 } = flags;
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
      plan: loads && ((config) => planByLoad(config, loads, ranks, replicas)),
      replace: flags.force,
      onProgress: ({ doneBytes, totalBytes, file }) => progress.update(doneBytes, totalBytes, file),
    },
    interruptSignal(),
  );
  progress[Symbol.dispose]();
  for (const line of describePlan(manifest, loads)) console.log(line);
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  console.log(`${target}: ${manifest.name}, ${formatBytes(sizeBytes)}, ${ranks} ranks`);
}

export async function readExpertLoad(path: string): Promise<ExpertLoads> {
  const text = await readFile(path, "utf8").catch((cause: Error) => {
    throw new PackageError(`${path}: ${cause.message}`, { cause });
  });
  return parseExpertLoad(text, path);
}
