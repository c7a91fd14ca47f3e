/**
 * `npm run simulate`: replays traces through a fleet in virtual time, and prints queue waits, rejections and replica-hours.
 * `npm run simulate -- thresholds` chooses the chart's thresholds, `npm run simulate -- cross-check` compares with a real fleet.
 */
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { crossCheck } from "./cross-check/cross-check.ts";
import { MEAN_BLOCKS, MODEL, SCALING } from "./defaults.ts";
import { type Experiment, type ExperimentOptions, runExperiment } from "./experiment.ts";
import { fleetPlot } from "./plot.ts";
import { experimentTable } from "./report.ts";
import { choiceTable, choose, tryThresholds } from "./thresholds.ts";
import { REPORTED } from "./trace.ts";

/** Of all requests, on average over the traces. */
const MOST_LATE = 0.05;

const program = new Command("npm run simulate --");
program
  .command("run", { isDefault: true })
  .description("replay the traces")
  .option("--replicas <list>", "the largest fleets, separated by commas", "10,1000,10000")
  .option("--plot <file>", "write a figure of the first fleet as SVG")
  .action(async ({ replicas, plot }: { replicas: string; plot?: string }) => {
    const experiments = replicas.split(",").map((each) => runAll(Number(each)));
    console.log(experimentTable(experiments.flat()));
    for (const [i, each] of replicas.split(",").entries()) {
      const tookMs = experiments[i]!.reduce((sum, one) => sum + one.tookMs, 0);
      console.log(`${each} replicas: simulated in ${(tookMs / 1_000).toFixed(0)} s`);
    }
    if (plot !== undefined) await writeFile(plot, fleetPlot(experiments[0]!, given().model.capacity));
  });
program
  .command("thresholds")
  .description("choose the autoscaler's thresholds on other traces")
  .option("--replicas <list>", "the largest fleets, separated by commas", "10,100")
  .action(({ replicas }: { replicas: string }) => {
    const choices = tryThresholds(given(), replicas.split(",").map(Number));
    console.log(choiceTable(choices));
    const best = choose(choices, MOST_LATE);
    console.log(best ? `the cheapest: ${JSON.stringify(best)}` : "none has few enough late requests");
  });
program
  .command("cross-check")
  .description("compare the simulator with a small fleet of real programs")
  .action(() => crossCheck(flags.seed!));
for (const command of program.commands) {
  const number = (flags: string, description: string, value: number) =>
    command.option(flags, description, Number, value);
  number("--seed <n>", "decides the requests", 1);
  if (command.name() === "cross-check") continue;
  number("--capacity <n>", "sequences that a replica runs at once", MODEL.capacity);
  number("--forward-ms <ms>", "time of a forward, without its sequences'", MODEL.forwardMs);
  number("--sequence-ms <ms>", "time that a sequence adds to a forward", MODEL.sequenceMs);
  number("--forwards-per-block <n>", "forwards of a block", MODEL.forwardsPerBlock);
  number("--blocks <n>", "blocks of an answer, on average", MEAN_BLOCKS);
  number("--least-start-seconds <s>", "shortest start of a replica", MODEL.startMs[0] / 1_000);
  number("--most-start-seconds <s>", "longest start of a replica", MODEL.startMs[1] / 1_000);
  number("--queue-limit <n>", "QUEUE_LIMIT, if it is more than twice the slots", MODEL.queueLimit);
  number("--target-share <n>", "demand for each replica, as a share of its capacity", SCALING.targetShare);
  number("--scale-down-seconds <s>", "scaling.scaleDownSeconds", SCALING.scaleDownWindowMs / 1_000);
  number("--cooldown-seconds <s>", "scaling.cooldownSeconds", SCALING.cooldownMs / 1_000);
  number("--polling-seconds <s>", "scaling.pollingSeconds", SCALING.pollMs / 1_000);
  number("--min-replicas <n>", "scaling.minReplicas", SCALING.minReplicas);
}
let flags: Record<string, number>;
program.hook("preAction", (_, command) => {
  flags = command.opts();
});
await program.parseAsync();

function runAll(maxReplicas: number): Experiment[] {
  return REPORTED.map((shape) => {
    const experiment = runExperiment(shape, { ...given(), maxReplicas });
    console.error(`${maxReplicas} replicas, ${shape.name}: ${(experiment.tookMs / 1_000).toFixed(1)} s`);
    return experiment;
  });
}

function given(): Omit<ExperimentOptions, "maxReplicas"> {
  const flag = (name: string) => flags[name]!;
  const ms = (name: string) => flag(name) * 1_000;
  return {
    seed: flag("seed"),
    meanBlocks: flag("blocks"),
    model: {
      ...MODEL,
      capacity: flag("capacity"),
      forwardMs: flag("forwardMs"),
      sequenceMs: flag("sequenceMs"),
      forwardsPerBlock: flag("forwardsPerBlock"),
      startMs: [ms("leastStartSeconds"), ms("mostStartSeconds")],
      queueLimit: flag("queueLimit"),
    },
    scaling: {
      ...SCALING,
      targetShare: flag("targetShare"),
      scaleDownWindowMs: ms("scaleDownSeconds"),
      cooldownMs: ms("cooldownSeconds"),
      pollMs: ms("pollingSeconds"),
      minReplicas: flag("minReplicas"),
    },
  };
}
