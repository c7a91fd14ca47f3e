/** `npm run bench -- engine [PART]`: what carrying, batching and the caches of the engine are worth. Without a part, all four. */
import { parseArgs } from "node:util";
import { benchBatching } from "./batching.ts";
import { benchForwards } from "./forwards.ts";
import { benchPositions } from "./positions.ts";
import { benchTurns } from "./turns.ts";

const parts: Readonly<Record<string, (folder: string | undefined) => Promise<void>>> = {
  forwards: benchForwards,
  batching: benchBatching,
  positions: benchPositions,
  turns: benchTurns,
};

export async function benchEngine(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    /** Keeps the synthesized model of `batching` there, and uses the one that is there already. */
    options: { folder: { type: "string" } },
  });
  const chosen = positionals.length > 0 ? positionals : Object.keys(parts);
  for (const name of chosen) {
    const part = parts[name];
    if (part === undefined) throw new Error(`engine ${name}: name ${Object.keys(parts).join(", ")} or none`);
    console.log(`## ${name}\n`);
    await part(values.folder);
    console.log();
  }
}
