/** The `palimpsest` program, and how it reports failures of its commands. */

import { PalimpsestError } from "@palimpsest/client";
import { PackageError, WorkerError } from "@palimpsest/gpu-worker/errors";
import { Command, CommanderError } from "commander";
import { commands } from "./commands.ts";
import { UsageError } from "./usage-error.ts";

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** Exit code that shells use for a program ended by Ctrl-C. */
const EXIT_INTERRUPTED = 130;

const program = new Command("palimpsest")
  .description("serve LLaDA 2.x block-diffusion language models")
  .showHelpAfterError("(see --help)")
  .exitOverride();
for (const command of commands()) {
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
