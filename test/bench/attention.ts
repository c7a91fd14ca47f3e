/**
 * Compares attention on the leader only with attention on each of two ranks in threads: denoise steps of all sequences
 * per second.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { palimpsest } from "./child.ts";
import { pinned } from "./pinned.ts";
import type { SequenceStepsSettings } from "./sequence-steps.ts";

/** Threads of all ranks together. */
const ways = [
  { attention: "leader", threads: 1 },
  { attention: "leader", threads: 2 },
  { attention: "data-parallel", threads: 2 },
] as const;

export async function benchAttention(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      like: { type: "string", default: "mini" },
      /** The first layer is dense. */
      layers: { type: "string", default: "5" },
      context: { type: "string", default: "512" },
      steps: { type: "string", default: "10" },
      sequences: { type: "string", default: "1,2,4,8" },
      /** A package of two ranks; by default created and removed. */
      folder: { type: "string" },
    },
  });
  await using cleanup = new AsyncDisposableStack();
  const make = async (): Promise<string> => {
    const parent = await mkdtemp(join(tmpdir(), "palimpsest-"));
    cleanup.defer(() => rm(parent, { recursive: true }));
    const [checkpoint, folder] = [join(parent, "checkpoint"), join(parent, "package")];
    await palimpsest("synth", "--like", values.like, "--layers", values.layers, checkpoint);
    await palimpsest("convert", "--quantize", "int4", "--ranks", "2", checkpoint, folder);
    await rm(checkpoint, { recursive: true });
    await palimpsest("prepare", folder);
    return folder;
  };
  const folder = values.folder ?? (await make());
  const { config, quantization } = await readManifest(folder);
  const [context, steps] = [Number(values.context), Number(values.steps)];
  console.log(
    `${values.like}, ${config.layers} layers, ${quantization}, random weights, two ranks in threads on two cores;`,
  );
  console.log(
    `each sequence after a prompt of ${context} tokens, ${steps} steps; steps of all sequences in a second\n`,
  );
  const sequences = values.sequences.split(",").map(Number);
  console.log(`| attention | threads | ${sequences.map((count) => `${count} at once`).join(" | ")} |`);
  console.log(`|${"---|".repeat(2 + sequences.length)}`);
  for (const way of ways) {
    const settings: SequenceStepsSettings = { folder, context, steps, sequences, ...way };
    const rates = await pinned<number[]>("sequence-steps.ts", "0,1", settings);
    console.log(`| ${[way.attention, way.threads, ...rates.map((rate) => rate.toFixed(2))].join(" | ")} |`);
  }
}
