/**
 * `npm run fleet`: a whole fleet on this machine, to try out: nats-server, two edges and three workers on the shipped
 * model. Kill any of them: the streams continue. Its page has a button for that. Ctrl-C drains all.
 */
import type { ChildProcess } from "node:child_process";
import { DEFAULT_QUEUE_LIMIT, Link, readClaim } from "@palimpsest/fleet";
import { dialNats, natsEnvironment } from "@palimpsest/fleet/connection";
import { readManifest } from "@palimpsest/gpu-worker/files/read-manifest";
import { Command } from "commander";
import { serveFleetPage } from "./fleet-page.ts";
import { claimPort, exited, launch, leave, ready, SHIPPED_PACKAGE, servedName } from "./launch.ts";
import { openNatsServer } from "./nats-server.ts";

const program = new Command("npm run fleet --")
  .description("serve a model by a fleet on this machine")
  .option("--model <package>", "folder of the model package", SHIPPED_PACKAGE)
  .option("--port <n>", "port of the first edge's HTTP API", "8080")
  .option("--edges <n>", "edges, on ports from the first one upwards", "2")
  .option("--workers <n>", "workers", "3")
  .option("--page-port <n>", "port of the page with a button that kills the worker that is writing", "8090")
  .parse();
const { model, port, edges, workers, pagePort } =
  program.opts<Record<"model" | "port" | "edges" | "workers" | "pagePort", string>>();
const host = "127.0.0.1";
const ports = Array.from({ length: Number(edges) }, (_, i) => Number(port) + i);
for (const taken of [...ports, Number(pagePort)]) {
  await claimPort(host, taken).catch(({ message }: Error) =>
    program.error(`cannot listen on ${host}:${taken} (${message}); choose others with --port and --page-port`),
  );
}
const manifest = await readManifest(model).catch(({ message }: Error) => program.error(message));

const server = await openNatsServer();
const joined = { NATS_URL: server.url, LOG_LEVEL: process.env.LOG_LEVEL ?? "warn" };
const running = {
  edges: ports.map((own) => launch("edge", { PORT: String(own), HOST: host, ...joined })),
  /** By replica id. */
  workers: new Map<string, ChildProcess>(),
};
let started = 0;
for (let i = 0; i < Number(workers); i++) startWorker();

let stopping: Promise<void> | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());

const urls = ports.map((own) => `http://${host}:${own}`);
const children = () => [...running.edges, ...running.workers.values()];
try {
  const up = Promise.all(urls.map((url) => ready(url, () => stopping !== undefined)));
  // Later, a child that is killed is what the fleet is for.
  const lost = Promise.race(
    children().map(async (child) => {
      await exited(child);
      return `process ${child.pid} exited before the fleet was ready`;
    }),
  );
  const result = await Promise.race([up, lost]);
  if (typeof result === "string") throw new Error(result);
  if (result.every(Boolean)) {
    await using _ = await openPage();
    greet();
    while (children().some(isRunning)) await Promise.all(children().map(exited));
  }
} catch (error) {
  // Otherwise the children would go on without their parent, and keep the ports.
  console.error((error as Error).message);
  process.exitCode = 1;
}
await stop();
await server[Symbol.asyncDispose]();

function startWorker(): void {
  const replicaId = `worker-${++started}`;
  const own = { REPLICA_ID: replicaId, MODEL_PACKAGE: model, DRAFTS_PER_SECOND: "1000" };
  running.workers.set(replicaId, launch("worker", { ...own, ...joined }));
}

/** The page; its button kills workers, and another is started for each. */
async function openPage(): Promise<AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const dial = dialNats(natsEnvironment.parse({ NATS_URL: server.url }));
  const log = { info() {}, warn() {}, error() {} };
  const link = opening.use(await Link.open({ dial, name: "page", log, queueLimit: DEFAULT_QUEUE_LIMIT }));
  const killWriter = async (responseId: string): Promise<number | undefined> => {
    const held = await readClaim(link.buckets.responses, responseId);
    const replicaId = held?.claim.replicaId ?? "";
    const worker = running.workers.get(replicaId);
    if (!worker || !isRunning(worker)) return undefined;
    running.workers.delete(replicaId);
    worker.kill("SIGKILL");
    if (!stopping) startWorker();
    return worker.pid;
  };
  opening.use(await serveFleetPage({ edges: urls, killWriter }, Number(pagePort)));
  return opening.move();
}

/** Prints where the fleet serves. */
function greet(): void {
  const pids = (processes: Iterable<ChildProcess>) => Array.from(processes, ({ pid }) => pid).join(", ");
  console.log(`
Palimpsest is serving ${servedName(manifest)} by a fleet at ${urls.join(" and ")}

  nats-server ${server.url}, process ${server.process.pid}
  workers     ${pids(running.workers.values())}
  edges       ${pids(running.edges)}

Open http://${host}:${pagePort} to watch text being written, and kill its worker in mid-sentence. Ctrl-C stops all.`);
}

/** Stops edges first: they finish their streams, for which they need the workers. */
function stop(): Promise<void> {
  stopping ??= (async () => {
    await Promise.all(running.edges.map(leave));
    await Promise.all([...running.workers.values()].map(leave));
  })();
  return stopping;
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
