/**
 * `npm start`: a worker on the shipped model and an edge in front of it, on this machine. Ctrl-C drains both. It knows
 * their command lines and nothing of what they do.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Command } from "commander";

/** A package of this size opens in a second or two; a large one on a cold disk may take minutes. */
const READY_TIMEOUT_MS = 10 * 60_000;

const program = new Command("npm start --")
  .description("serve a model on this machine: worker and edge")
  .option(
    "--model <package>",
    "folder of the model package",
    fileURLToPath(new URL("gpu-worker/models/demo", import.meta.url)),
  )
  .option("--port <n>", "port of the HTTP API", process.env.PORT ?? "8080")
  .option("--host <address>", "address of the HTTP API", process.env.HOST ?? "127.0.0.1")
  .parse();
const { model, port, host } = program.opts<{ model: string; port: string; host: string }>();

await claimPort();
const folder = await mkdtemp(join(tmpdir(), "palimpsest-"));
const address = `unix:${join(folder, "worker.sock")}`;
// One person looks on, from the same machine: let them see every step of a model this small.
const drafts = { DRAFTS_PER_SECOND: process.env.DRAFTS_PER_SECOND ?? "1000" };
const logLevel = process.env.LOG_LEVEL ?? "warn";
const children = [
  run("gpu-worker/src/main.ts", { MODEL_PACKAGE: model, WORKER_ADDRESS: address, LOG_LEVEL: logLevel, ...drafts }),
  run("edge/src/entry/node.ts", { WORKER_ADDRESSES: address, PORT: port, HOST: host, LOG_LEVEL: logLevel }),
];

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
for (const child of children) {
  child.once("exit", (code) => {
    if (stopping) return;
    process.exitCode = code || 1;
    stop();
  });
}

const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
if (await ready()) {
  console.log(`
Palimpsest is serving ${model} at ${url}

  curl ${url}/v1/chat/completions -H 'content-type: application/json' -d '{
    "model": "${await servedModel()}", "stream": true,
    "messages": [{"role": "user", "content": "Write a function that takes a list of numbers, keeps only the odd numbers, doubles each one and returns the largest."}]}'

Open ${url} to watch text being written, edited and committed. Ctrl-C stops.`);
}
await Promise.all(children.map((child) => child.exitCode === null && child.signalCode === null && once(child, "exit")));
await rm(folder, { recursive: true, force: true });

function run(file: string, env: Record<string, string>): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  // A group of its own: Ctrl-C reaches the children through stop() alone, edge first.
  return spawn(process.execPath, [path], { env: { ...process.env, ...env }, stdio: "inherit", detached: true });
}

/** Edge first: it finishes its streams, for which it needs the worker. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  const [worker, edge] = children as [ChildProcess, ChildProcess];
  if (edge.kill("SIGTERM")) await once(edge, "exit");
  worker.kill("SIGTERM");
}

async function servedModel(): Promise<string> {
  const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
  return data[0]?.id ?? "";
}

/** Whoever else listens there would be taken for our edge. */
async function claimPort(): Promise<void> {
  const server = createServer();
  try {
    server.listen(Number(port), host);
    await once(server, "listening");
  } catch (error) {
    program.error(`cannot listen on ${host}:${port} (${(error as Error).message}); choose another with --port`);
  }
  server.close();
  await once(server, "close");
}

async function ready(): Promise<boolean> {
  for (const end = Date.now() + READY_TIMEOUT_MS; Date.now() < end && !stopping; await setTimeout(100)) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.ok) return true;
  }
  return false;
}
