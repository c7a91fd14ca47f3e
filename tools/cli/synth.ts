/** `palimpsest synth`: writes a checkpoint of a released shape with random weights. */
import { Command, Option } from "commander";
import { type ReleasedShape, releasedShapes } from "../convert/released-shapes.ts";
import { SHARD_BYTES, synthesizeCheckpoint } from "../convert/synth.ts";
import { wholeNumber } from "./arguments.ts";
import { interruptSignal } from "./interrupt.ts";
import { createProgress } from "./progress.ts";
import { formatBytes } from "./units.ts";

interface SynthFlags {
  readonly like: ReleasedShape;
  readonly layers?: number;
  readonly seed: number;
}

export function synthCommand(): Command {
  return new Command("synth")
    .description("write a checkpoint of a released shape with random weights")
    .argument("<checkpoint>", "folder to write; must be missing or empty")
    .addOption(
      new Option("--like <shape>", "the released shape").choices(Object.keys(releasedShapes)).makeOptionMandatory(),
    )
    .option("--layers <n>", "layers (default: all of the shape's)", wholeNumber(1))
    .option("--seed <n>", "seed of the random weights", wholeNumber(0), 1)
    .action(synth);
}

async function synth(target: string, { like, layers, seed }: SynthFlags): Promise<void> {
  const shape = releasedShapes[like];
  const config = { ...shape, num_hidden_layers: layers ?? shape.num_hidden_layers };
  using progress = createProgress(process.stderr);
  const sizeBytes = await synthesizeCheckpoint(
    { target, config, seed, shardBytes: SHARD_BYTES, onProgress: progress.update },
    interruptSignal(),
  );
  progress[Symbol.dispose]();
  console.log(`${target}: ${like} with random weights, ${config.num_hidden_layers} layers, ${formatBytes(sizeBytes)}`);
}
