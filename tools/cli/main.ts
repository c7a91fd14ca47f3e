/** The `palimpsest` program: its commands, and how it reports their failures. Each command has its own file. */

import { PalimpsestError } from "@palimpsest/client";
import { PackageError, WorkerError } from "@palimpsest/gpu-worker/errors";
import { Command, CommanderError } from "commander";
import { chatCommand } from "./chat.ts";
import { conformanceCommand } from "./conformance.ts";
import { convertCommand } from "./convert.ts";
import { devicesCommand } from "./devices.ts";
import { evalCommand } from "./eval.ts";
import { generateCommand } from "./generate.ts";
import { inspectCommand } from "./inspect.ts";
import { keysCommand } from "./keys.ts";
import { prepareCommand } from "./prepare.ts";
import { shardCommand } from "./shard.ts";
import { synthCommand } from "./synth.ts";
import { upgradeCommand } from "./upgrade.ts";
import { UsageError } from "./usage-error.ts";
import { watchCommand } from "./watch.ts";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** Exit code that shells use for a program ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130;

const program = new Command("palimpsest")
  .description("serve LLaDA 2.x block-diffusion language models")
  .showHelpAfterError("(see --help)")
  .exitOverride();
const commands = [
  conformanceCommand(),
  convertCommand(),
  devicesCommand(),
  inspectCommand(),
  generateCommand(),
  chatCommand(),
  watchCommand(),
  evalCommand(),
  keysCommand(),
  prepareCommand(),
  shardCommand(),
  synthCommand(),
  upgradeCommand(),
];
for (const command of commands) {
  program.addCommand(command.copyInheritedSettings(program));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Prints the error, unless commander has, and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if ([PackageError, WorkerError, PalimpsestError, UsageError].some((known) => error instanceof known)) {
    console.error(`error: ${(error as Error).message}`);
    return EXIT_FAILURE;
  }
  // Errors of the file system name the file; a stack would not help.
  if (error instanceof Error && "syscall" in error) {
    console.error(`error: ${error.message}`);
    return EXIT_FAILURE;
  }
  if (error instanceof Error && error.name === "AbortError") {
    console.error("interrupted");
    return EXIT_INTERRUPTED;
  }
  console.error(error);
  return EXIT_FAILURE;
}
