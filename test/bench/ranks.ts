/**
 * Measures the gain from a second rank: a denoise step on one rank and one core, and on two ranks with a core each;
 * steps of several sequences, led by one rank or by each; and whether two concurrent forwards hide each other's
 * exchange.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { startRanks } from "../support/programs/rank-processes.ts";
import { palimpsest } from "./child.ts";
import type { MicroBatchSettings, MicroBatchSteps } from "./micro-batches.ts";
import { pinned } from "./pinned.ts";
import type { RankStep, RankStepSettings } from "./rank-step.ts";
import type { SequenceStepsSettings } from "./sequence-steps.ts";

const run = promisify(execFile);

/** Concurrent sequences, if each rank leads its own. */
const SEQUENCES = [2, 4];
/** Blocks of a step, in one forward or half of them in each of two. */
const BLOCKS = [2, 4, 8];

export async function benchRanks(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      like: { type: "string", default: "mini" },
      /** The first layer is dense. */
      layers: { type: "string", default: "5" },
      quantize: { type: "string", default: "int4" },
      context: { type: "string", default: "512" },
      steps: { type: "string", default: "30" },
      /** Keeps the packages in this folder, and reuses existing ones. */
      folder: { type: "string" },
    },
  });
  await using cleanup = new AsyncDisposableStack();
  const folder = values.folder ?? (await mkdtemp(join(tmpdir(), "palimpsest-")));
  if (values.folder === undefined) cleanup.defer(() => rm(folder, { recursive: true }));
  const [one, two] = [join(folder, "one"), join(folder, "two")];
  if (!existsSync(two)) await make(values, { checkpoint: join(folder, "checkpoint"), one, two });

  const { config, quantization, blockLength } = await readManifest(two);
  const [context, steps] = [Number(values.context), Number(values.steps)];
  const experts = `${config.topK} of ${config.experts} experts`;
  console.log(`${values.like}, ${config.layers} layers, ${experts}, ${quantization}, random weights;`);
  console.log(`one block of ${blockLength} after ${context} cached tokens, medians of ${steps} steps\n`);
  console.log(
    "| ranks | step | layers | of it graphs | waiting | exchange | a layer | moved | least | one : this, step | layers |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|---|");
  const shared = { context, steps, sent: "f32", addresses: [] } as const;
  const moeLayers = config.layers - config.denseLayers;
  const alone = await measure("0", { ...shared, folder: one });
  report("1, a core", alone, alone, moeLayers);
  report("2, threads on two cores", await measure("0,1", { ...shared, folder: two }), alone, moeLayers);
  const fewer = { context, steps: Math.ceil(steps / 3) };
  const halves: string[] = [];
  const compare = async (label: string, cores: string, addresses: readonly string[]): Promise<void> => {
    halves.push(...(await compareHalves(label, cores, { ...fewer, addresses, folder: two, blocks: BLOCKS })));
  };
  await compare("threads on two cores", "0,1", []);
  {
    await using processes = await startRanks(two, 2);
    await pin(processes.process(1).pid as number, "1");
    for (const sent of ["f32", "f16"] as const) {
      const { addresses } = processes;
      const found = await measure("0", { ...shared, folder: two, addresses, sent });
      report(`2, a process and a core each, ${sent}`, found, alone, moeLayers);
    }
    await compare("a process and a core each", "0", processes.addresses);
  }
  console.log(`\na step of several blocks over two ranks, medians of ${fewer.steps} steps\n`);
  console.log("| ranks | blocks | in one forward | half in each of two at once | one : two |");
  console.log(`|---|---|---|---|---|\n${halves.join("\n")}`);
  await reportSequences({ one, two }, fewer);
}

interface Folders {
  readonly one: string;
  readonly two: string;
}

/** Creates packages of the same weights on one rank and on two. */
async function make(
  shape: { like: string; layers: string; quantize: string },
  { checkpoint, one, two }: Folders & { readonly checkpoint: string },
) {
  await palimpsest("synth", "--like", shape.like, "--layers", shape.layers, checkpoint);
  await palimpsest("convert", "--quantize", shape.quantize, checkpoint, one);
  await rm(checkpoint, { recursive: true });
  await palimpsest("shard", "--ranks", "2", one, two);
  for (const folder of [one, two]) await palimpsest("prepare", folder);
}

function measure(cores: string, settings: RankStepSettings): Promise<readonly RankStep[]> {
  return pinned("rank-step.ts", cores, settings);
}

async function compareHalves(label: string, cores: string, settings: MicroBatchSettings): Promise<string[]> {
  const found = await pinned<MicroBatchSteps[]>("micro-batches.ts", cores, settings);
  return found.map(({ blocks, ...steps }) => {
    const [together, halves] = [median(steps.together), median(steps.halves)];
    const times = [together, halves].map((ms) => `${ms.toFixed(1)} ms`);
    return `| ${[label, blocks, ...times, (together / halves).toFixed(2)].join(" | ")} |`;
  });
}

async function reportSequences({ one, two }: Folders, shared: { context: number; steps: number }): Promise<void> {
  console.log(
    `\nsteps of all sequences in a second, prompts of ${shared.context} tokens, ${shared.steps} steps each\n`,
  );
  console.log(`| ranks | ${SEQUENCES.map((count) => `${count} at once`).join(" | ")} | this : one | |`);
  console.log(`|${"---|".repeat(1 + 2 * SEQUENCES.length)}`);
  const rates = (cores: string, settings: Pick<SequenceStepsSettings, "folder" | "attention" | "threads">) =>
    pinned<number[]>("sequence-steps.ts", cores, { ...shared, ...settings, sequences: SEQUENCES });
  const alone = await rates("0", { folder: one, attention: "leader", threads: 1 });
  const row = (label: string, found: readonly number[]): void => {
    const cells = [...found, ...found.map((rate, i) => rate / (alone[i] as number))].map((value) => value.toFixed(2));
    console.log(`| ${[label, ...cells].join(" | ")} |`);
  };
  row("1, a core", alone);
  row("2, all sequences are the leader's", await rates("0,1", { folder: two, attention: "leader", threads: 2 }));
  row("2, each its own", await rates("0,1", { folder: two, attention: "data-parallel", threads: 2 }));
}

/** Pins a process; threads that it starts later inherit its cores. */
async function pin(pid: number, cores: string): Promise<void> {
  await run("taskset", ["-a", "-c", "-p", cores, String(pid)]);
}

function report(label: string, steps: readonly RankStep[], alone: readonly RankStep[], moeLayers: number): void {
  const of = (key: keyof RankStep, from = steps): number => median(from.map((step) => step[key]));
  const ms = (value: number, digits = 1): string => `${value.toFixed(digits)} ms`;
  const kib = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KiB`;
  const cells = [
    label,
    ms(of("step")),
    ms(of("layers")),
    ms(of("graphs")),
    ms(of("waiting")),
    ms(of("exchange"), 2),
    ms(of("exchange") / moeLayers, 2),
    kib(of("movedBytes")),
    kib(of("leastBytes")),
    (of("step", alone) / of("step")).toFixed(2),
    (of("layers", alone) / of("layers")).toFixed(2),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
