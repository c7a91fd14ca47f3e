/** A small fleet of programs: nats-server, an edge, and workers with a paced engine. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { exited, launch, leave } from "../../serve/launch.ts";
import { freePort, openNatsServer } from "../../serve/nats-server.ts";
import type { FleetModel } from "../simulated-fleet.ts";
import { PACED_MODEL } from "./paced-engine.ts";
import type { PacedWorkerOptions } from "./paced-worker.ts";

export interface RealFleet extends AsyncDisposable {
  readonly url: string;
  readonly count: number;
  /** Resolves when the worker serves. */
  start(): Promise<void>;
  /** Drains the youngest. */
  stop(): Promise<void>;
}

const POLL_MS = 100;

/** Starts `replicas` workers; the first publishes the model. */
export async function openRealFleet(model: FleetModel, replicas: number): Promise<RealFleet> {
  await using opening = new AsyncDisposableStack();
  const server = opening.use(await openNatsServer());
  const [port, host] = [String(await freePort()), "127.0.0.1"];
  const url = `http://${host}:${port}`;
  const limits = { QUEUE_LIMIT: String(model.queueLimit), WAIT_LIMIT_MS: String(model.waitLimitMs) };
  const edge = launch("edge", { NATS_URL: server.url, LOG_LEVEL: "warn", PORT: port, HOST: host, ...limits });
  const workers: ChildProcess[] = [];
  // An interrupted run leaves no programs behind.
  const reap = () => {
    for (const child of [edge, server.process, ...workers]) child.kill("SIGKILL");
  };
  process.once("exit", reap);
  opening.defer(() => void process.off("exit", reap));
  opening.defer(async () => {
    edge.kill("SIGKILL");
    await exited(edge);
  });
  opening.defer(async () => {
    await Promise.all(workers.map(leave));
  });
  let started = 0;
  const start = async () => {
    const { capacity, queueLimit, startMs, ...pace } = model;
    const replicaId = `worker-${++started}`;
    const options: PacedWorkerOptions = { pace, capacity, queueLimit, replicaId, startMs: startMs[0] };
    const program = fileURLToPath(new URL("paced-worker.ts", import.meta.url));
    const env = { ...process.env, NATS_URL: server.url, PACED_WORKER: JSON.stringify(options) };
    const worker = fork(program, { env });
    workers.push(worker);
    await Promise.race([once(worker, "message"), exited(worker)]);
  };
  await Promise.all(Array.from({ length: replicas }, start));
  while (!(await lists(url, PACED_MODEL))) await sleep(POLL_MS);
  const opened = opening.move();
  return {
    url,
    get count() {
      return workers.length;
    },
    start,
    async stop() {
      const worker = workers.pop();
      if (worker) await leave(worker);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function lists(url: string, model: string): Promise<boolean> {
  const answer = await fetch(`${url}/v1/models`).catch(() => undefined);
  return answer?.ok === true && (await answer.text()).includes(`"${model}"`);
}
