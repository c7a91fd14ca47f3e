/**
 * `npm run fleet`: a whole fleet on this machine, to try out: nats-server, two edges and three workers on the shipped
 * model. Kill any of them: the streams continue. Ctrl-C drains all.
 */
import { Command } from "commander";
import { claimPort, exited, launch, leave, ready, SHIPPED_PACKAGE, servedModel } from "./launch.ts";
import { openNatsServer } from "./nats-server.ts";

const program = new Command("npm run fleet --")
  .description("serve a model by a fleet on this machine")
  .option("--model <package>", "folder of the model package", SHIPPED_PACKAGE)
  .option("--port <n>", "port of the first edge's HTTP API", "8080")
  .option("--edges <n>", "edges, on ports from the first one upwards", "2")
  .option("--workers <n>", "workers", "3")
  .parse();
const { model, port, edges, workers } = program.opts<Record<"model" | "port" | "edges" | "workers", string>>();
const host = "127.0.0.1";
const ports = Array.from({ length: Number(edges) }, (_, i) => Number(port) + i);
for (const taken of ports) {
  await claimPort(host, taken).catch(({ message }: Error) =>
    program.error(`cannot listen on ${host}:${taken} (${message}); choose others with --port`),
  );
}

const server = await openNatsServer();
const joined = { NATS_URL: server.url, LOG_LEVEL: process.env.LOG_LEVEL ?? "warn" };
const running = {
  workers: Array.from({ length: Number(workers) }, () =>
    launch("worker", { MODEL_PACKAGE: model, DRAFTS_PER_SECOND: "1000", ...joined }),
  ),
  edges: ports.map((own) => launch("edge", { PORT: String(own), HOST: host, ...joined })),
};
const children = [...running.edges, ...running.workers];

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());

const urls = ports.map((own) => `http://${host}:${own}`);
try {
  const started = Promise.all(urls.map((url) => ready(url, () => stopping)));
  // Later, a child that is killed is what the fleet is for.
  const lost = Promise.race(
    children.map(async (child) => {
      await exited(child);
      return `process ${child.pid} exited before the fleet was ready`;
    }),
  );
  const up = await Promise.race([started, lost]);
  if (typeof up === "string") throw new Error(up);
  if (up.every(Boolean)) await greet();
} catch (error) {
  // Otherwise the children would go on without their parent, and keep the ports.
  console.error((error as Error).message);
  process.exitCode = 1;
  await stop();
}
await Promise.all(children.map(exited));
await server[Symbol.asyncDispose]();

/** Prints where the fleet serves. @throws Error when the edge does not name its model */
async function greet(): Promise<void> {
  console.log(`
Palimpsest is serving ${await servedModel(urls[0]!)} by a fleet at ${urls.join(" and ")}

  nats-server ${server.url}, process ${server.process.pid}
  workers     ${running.workers.map(({ pid }) => pid).join(", ")}
  edges       ${running.edges.map(({ pid }) => pid).join(", ")}

Open ${urls[0]} and kill a worker in mid-sentence. Ctrl-C stops all.`);
}

/** Stops edges first: they finish their streams, for which they need the workers. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.all(running.edges.map(leave));
  await Promise.all(running.workers.map(leave));
}
