/**
 * `npm start`: a worker on the shipped model and an edge in front of it, on this machine, connected directly or through
 * a fleet's NATS. Ctrl-C drains both. It knows only their command lines.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import { requireTarget } from "@palimpsest/gpu-worker/model/manifest";
import { LEADER } from "@palimpsest/gpu-worker/model/package-plan";
import { type Target, targetNames } from "@palimpsest/gpu-worker/model/target";
import { expertDeviceOf, parseExpertDevices } from "@palimpsest/gpu-worker/program/expert-devices";
import { Command, Option } from "commander";
import { claimPort, exited, launch, leave, needsKey, ready, SHIPPED_PACKAGE, servedName } from "./launch.ts";

const program = new Command("npm start --")
  .description("serve a model on this machine: worker and edge")
  .option("--model <package>", "folder of the model package", SHIPPED_PACKAGE)
  .addOption(
    new Option("--device <target>", "what the package must have been made for (default: what it was made for)").choices(
      targetNames,
    ),
  )
  .option("--ranks <n>", "split the model's experts over so many ranks (default: as the package is)")
  .addOption(
    new Option("--rank-transport <how>", "ranks are threads of the worker, or processes that it reaches by gRPC")
      .choices(["thread", "grpc"])
      .default("thread"),
  )
  .option(
    "--expert-device <devices>",
    "run experts on webgpu or webgpu:NAME, or name one for each rank, cpu included, separated by commas",
  )
  .addOption(
    new Option("--attention <whose>", "the leader runs all sequences, or each rank, a thread, those it was given")
      .choices(["leader", "data-parallel"])
      .default("leader"),
  )
  .option("--port <n>", "port of the HTTP API", process.env.PORT ?? "8080")
  .option("--host <address>", "address of the HTTP API", process.env.HOST ?? "127.0.0.1")
  .option("--nats <url>", "join the fleet of this NATS server (NATS_URL)", process.env.NATS_URL)
  .parse();
const { model, device, ranks, rankTransport, expertDevice, attention, port, host, nats } = program.opts<{
  model: string;
  device?: Target;
  ranks?: string;
  rankTransport: "thread" | "grpc";
  expertDevice?: string;
  attention: "leader" | "data-parallel";
  port: string;
  host: string;
  nats?: string;
}>();

if (attention === "data-parallel" && rankTransport === "grpc") {
  program.error("--attention data-parallel is for ranks that are threads: leave out --rank-transport grpc");
}
await claimPort(host, Number(port)).catch(({ message }: Error) =>
  program.error(`cannot listen on ${host}:${port} (${message}); choose another with --port`),
);
const manifest = await readManifest(model).catch(({ message }: Error) => program.error(message));
const { ranks: packaged } = manifest;
try {
  if (expertDevice !== undefined) {
    expertDeviceOf(parseExpertDevices(expertDevice), LEADER, Number(ranks ?? packaged));
  }
  if (device !== undefined) requireTarget(model, manifest, device);
} catch (error) {
  program.error((error as Error).message);
}
const folder = await mkdtemp(join(tmpdir(), "palimpsest-"));
const address = `unix:${join(folder, "worker.sock")}`;
const joined: Record<string, string> = nats === undefined ? { WORKER_ADDRESS: address } : { NATS_URL: nats };
// The only client is local, so show every step of a model this small.
const drafts = { DRAFTS_PER_SECOND: process.env.DRAFTS_PER_SECOND ?? "1000" };
const logLevel = { LOG_LEVEL: process.env.LOG_LEVEL ?? "warn" };
const served = { MODEL_PACKAGE: ranks === undefined || Number(ranks) === packaged ? model : await shard(ranks) };
const others = Array.from({ length: Number(ranks ?? packaged) - 1 }, (_, i) => i + 1);
const sockets = rankTransport === "grpc" ? others.map((rank) => `unix:${join(folder, `rank-${rank}.sock`)}`) : [];
const experts: Record<string, string> = expertDevice === undefined ? {} : { EXPERT_DEVICE: expertDevice };
const rankProcesses = sockets.map((RANK_ADDRESS, i) =>
  launch("worker", { ...served, ...experts, RANK: String(i + 1), RANK_ADDRESS, ...logLevel }),
);
const reached: Record<string, string> = sockets.length === 0 ? {} : { RANK_ADDRESSES: sockets.join() };
const asserted: Record<string, string> = device === undefined ? {} : { MODEL_DEVICE: device };
const worker = launch("worker", {
  ...served,
  ...asserted,
  ...experts,
  ATTENTION: attention,
  ...reached,
  ...joined,
  ...logLevel,
  ...drafts,
});
const edge = launch("edge", { PORT: port, HOST: host, ...joined, ...logLevel });

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
for (const child of [worker, edge, ...rankProcesses]) {
  child.once("exit", (code) => {
    if (stopping) return;
    process.exitCode = code || 1;
    void stop();
  });
}

const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
if (await ready(url, () => stopping)) greet();
await Promise.all([worker, edge, ...rankProcesses].map(exited));
await rm(folder, { recursive: true, force: true });

/** Prints where the model is served, and a request to try. */
function greet(): void {
  const served = servedName(manifest);
  const key = needsKey() ? " -H 'authorization: Bearer KEY'" : "";
  console.log(`
Palimpsest is serving ${model} at ${url}${nats === undefined ? "" : `, in the fleet at ${nats}`}

  curl ${url}/v1/chat/completions -H 'content-type: application/json'${key} -d '{
    "model": "${served}", "stream": true,
    "messages": [{"role": "user", "content": "Write a function that counts the vowels in a string"}]}'

Open ${url} to watch text being written, edited and committed. Ctrl-C stops.`);
}

/** Splits the package's experts over this many ranks. @returns the new package's folder */
async function shard(ranks: string): Promise<string> {
  const target = join(folder, "package");
  const cli = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
  const child = spawn(process.execPath, [cli, "shard", model, target, "--ranks", ranks], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code === 0) return target;
  await rm(folder, { recursive: true, force: true });
  return process.exit(code ?? 1);
}

/** Stops the edge first: it finishes its streams, for which it needs the worker, which needs its ranks. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await leave(edge);
  await leave(worker);
  await Promise.all(rankProcesses.map(leave));
}
