/** `npm run chaos`: injects faults into a fleet of real processes under load, and prints a table of the results. */
import { spawn } from "node:child_process";
import { cpus, loadavg } from "node:os";
import { Command } from "commander";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { Random } from "../../tools/simulate/random.ts";
import { percentile } from "./crowd.ts";
import { recordSamples, type Sample } from "./load.ts";
import { overload } from "./overload.ts";
import { type Processes, startProcesses } from "./processes.ts";
import {
  edgesLost,
  garbage,
  type Row,
  rollingRestart,
  type ScenarioOptions,
  serverLost,
  workersLost,
} from "./scenarios.ts";

const QUEUE_LIMIT = 40;

const program = new Command("npm run chaos --")
  .description("what a fleet survives: workers, edges and the server lost under load")
  .option("--seed <n>", "decides which faults happen when", "1")
  .option("--streams <n>", "concurrent streams", "200")
  .option("--faults <n>", "faults of the first scenario; the others take shares of it", "30")
  .option("--workers <n>", "workers", "3")
  .option("--busy <n>", "processes that only compute, so that the machine is busy", "0")
  .option("--max-tokens <n>", "tokens of an answer", "96")
  .option("--only <names>", "scenarios, separated by commas: workers, edges, server, rolling, queue, noise")
  .option("--model <package>", "folder of the model package", SHIPPED_PACKAGE)
  .parse();
const given =
  program.opts<Record<"seed" | "streams" | "faults" | "workers" | "maxTokens" | "model" | "busy", string>>();
const only = program.opts<{ only?: string }>().only?.split(",");
const streams = Number(given.streams);
const workers = Number(given.workers);

const scenarios = {
  workers: workersLost,
  edges: edgesLost,
  server: serverLost,
  rolling: rollingRestart,
  noise: garbage,
} as const;

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

for (let i = 0; i < Number(given.busy); i++) {
  const computing = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  process.once("exit", () => computing.kill("SIGKILL"));
}

const rows: Row[] = [];
const begun = performance.now();
for (const name of ["workers", "edges", "server", "rolling", "queue", "noise"] as const) {
  if (only && !only.includes(name)) continue;
  const queue = name === "queue";
  // Two workers must have the capacity of three.
  const capacity = queue ? 4 : Math.ceil(streams / Math.max(1, workers - 1)) + 8;
  const queueLimit = queue ? QUEUE_LIMIT : streams * 2;
  await using fleet = await startProcesses({ edges: 2, workers, model: given.model, capacity, queueLimit });
  const options = await optionsFor(fleet);
  const row = queue
    ? await overload({ ...options, queueLimit, slots: capacity * workers })
    : await scenarios[name](options);
  rows.push(row);
  options.say(`${row.scenario}: ${row.ok ? "ok" : "NOT OK"}, ${row.streams} streams, ${row.failed} failed ${row.note}`);
}
print();
process.exitCode = rows.every(({ ok, midBlock, faults, scenario }) => ok && isValid(scenario, midBlock, faults))
  ? 0
  : 1;

async function optionsFor(fleet: Processes): Promise<ScenarioOptions> {
  const url = fleet.edges[0]!.url;
  const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
  const samples: Sample[] = await recordSamples(url, Number(given.maxTokens), data[0]!.id);
  const say = (line: string) => console.error(`${Math.round((performance.now() - begun) / 1000)} s  ${line}`);
  return { fleet, samples, random: new Random(Number(given.seed)), streams, faults: Number(given.faults), say };
}

/** False if most faults affected no stream within a block: such a run proves nothing. */
function isValid(scenario: string, midBlock: number | undefined, faults: number): boolean {
  return !scenario.startsWith("workers") || midBlock === undefined || midBlock >= (faults * 2) / 3;
}

function print(): void {
  const seconds = (values: readonly number[]) =>
    values.length === 0 ? "" : [0.5, 0.99].map((share) => (percentile(values, share) / 1000).toFixed(1)).join(" / ");
  const head = [
    "scenario",
    "streams",
    "faults",
    "in mid-block",
    "takeovers",
    "last sign of life to claim, p50 / p99 s",
    "event to event, p50 / p99 s",
    "resumes",
    "failed",
    "",
    "",
  ];
  const lines = rows.map((row) => [
    row.scenario,
    ...[row.streams, row.faults, row.midBlock ?? "", row.takeovers].map(String),
    ...[seconds(row.claims), seconds(row.shown), String(row.resumes), String(row.failed)],
    row.ok ? (isValid(row.scenario, row.midBlock, row.faults) ? "ok" : "not valid") : "NOT OK",
    row.note,
  ]);
  const [cpu] = cpus();
  console.log(
    `seed ${given.seed}, ${streams} streams, ${workers} workers, ${given.busy} busy processes, ${cpus().length} x ${cpu?.model}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  for (const line of [head, head.map(() => "---"), ...lines]) console.log(`| ${line.join(" | ")} |`);
}
