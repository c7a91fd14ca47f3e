/** The commands of `palimpsest`. Each has its own file. */
import type { Command } from "commander";
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
import { watchCommand } from "./watch.ts";

/** In the order of the help. */
export function commands(): Command[] {
  return [
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
}
