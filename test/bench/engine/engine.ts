/**
 * `npm run bench -- engine [--only PART] [--model NAME]`: measures the gains from lookahead, batching and the engine's
 * caches.
 */
import { parseArgs } from "node:util";
import { benchAsking } from "./asking.ts";
import { benchBatching } from "./batching.ts";
import { benchForwards } from "./forwards.ts";
import { benchPositions } from "./positions.ts";
import { benchTurns } from "./turns.ts";

export interface EngineBenchOptions {
  /** Threads of one operator. */
  readonly threads: number;
  /** Folder that keeps and reuses synthesized models. Absent: a temporary folder for each. */
  readonly folder: string | undefined;
  /** Models for `batching`. Absent: all. */
  readonly models: readonly string[] | undefined;
}

const parts: Readonly<Record<string, (options: EngineBenchOptions) => Promise<void>>> = {
  forwards: benchForwards,
  batching: benchBatching,
  positions: benchPositions,
  turns: benchTurns,
  asking: benchAsking,
};

export async function benchEngine(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true, default: Object.keys(parts) },
      threads: { type: "string", default: "1" },
      folder: { type: "string" },
      model: { type: "string", multiple: true },
    },
  });
  const options = { threads: Number(values.threads), folder: values.folder, models: values.model };
  for (const name of values.only) {
    const part = parts[name];
    if (part === undefined) throw new Error(`--only ${name}: name ${Object.keys(parts).join(", ")}`);
    console.log(`## ${name}\n`);
    await part(options);
    console.log();
  }
}
