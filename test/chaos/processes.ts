/**
 * A fleet of real processes: nats-server, edges and workers, which can be killed, frozen, disconnected and restarted.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort, type NatsServer, openNatsServer } from "../../tools/serve/nats-server.ts";
import { openTcpProxy, type TcpProxy } from "../support/fleet/tcp-proxy.ts";

const START_TIMEOUT_MS = 120_000;

export interface ProcessOptions {
  readonly edges: number;
  readonly workers: number;
  readonly model: string;
  /** Sequences that one worker runs concurrently. */
  readonly capacity: number;
  readonly queueLimit: number;
  /** Time that a draining worker gives running requests; by default the worker's own. */
  readonly drainLimitMs?: number;
  /** More variables of each worker. */
  readonly workerEnv?: (worker: number) => Readonly<Record<string, string>>;
}

/** A named program across its restarts. */
export interface Program {
  readonly name: string;
  readonly process: ChildProcess;
  /** Name and number of restarts: a worker's replica id, since a restarted worker is another replica. */
  readonly life: string;
  /** Number of unreadable messages that it skipped, according to its log. */
  readonly ignored: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it is ready again. */
  start(): Promise<void>;
  /** Drains it. @returns its exit code, and how long it took */
  leave(): Promise<{ code: number | null; ms: number }>;
}

export interface WorkerProgram extends Program {
  readonly wire: TcpProxy;
}

export interface EdgeProgram extends Program {
  readonly url: string;
}

export interface Processes extends AsyncDisposable {
  readonly server: NatsServer;
  readonly edges: readonly EdgeProgram[];
  readonly workers: readonly WorkerProgram[];
}

export async function startProcesses(options: ProcessOptions): Promise<Processes> {
  const opened = new AsyncDisposableStack();
  const server = opened.use(await openNatsServer());
  const shared = { LOG_LEVEL: process.env.CHAOS_LOG ?? "info", QUEUE_LIMIT: String(options.queueLimit) };

  const edges = await each(options.edges, async (i) => {
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const env = { ...shared, NATS_URL: server.url, PORT: port, WAIT_LIMIT_MS: "120000" };
    const edge = program(`edge-${i}`, "edge/src/entry/node.ts", env, "listening");
    opened.defer(() => edge.kill("SIGKILL"));
    return Object.assign(edge, { url });
  });
  const workers = await each(options.workers, async (i) => {
    const wire = opened.use(await openTcpProxy(server.port));
    const env = {
      ...shared,
      NATS_URL: `nats://127.0.0.1:${wire.port}`,
      MODEL_PACKAGE: options.model,
      CAPACITY: String(options.capacity),
      DRAFTS_PER_SECOND: "10",
      ...(options.drainLimitMs !== undefined && { DRAIN_LIMIT_MS: String(options.drainLimitMs) }),
      ...options.workerEnv?.(i),
    };
    const worker = program(`worker-${i}`, "gpu-worker/src/main.ts", env, "serving a fleet");
    opened.defer(() => worker.kill("SIGKILL"));
    return Object.assign(worker, { wire });
  });
  // An interrupted run leaves no processes behind.
  const reap = () => {
    for (const it of [...edges, ...workers]) it.kill("SIGKILL");
    server.process.kill("SIGKILL");
  };
  process.once("exit", reap);
  opened.defer(() => void process.off("exit", reap));
  await Promise.all([...edges, ...workers].map((it) => it.start()));
  for (const { url } of edges) while (!(await isReady(url))) await sleep(50);
  return { server, edges, workers, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true;
}

function each<T>(count: number, make: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => make(i)));
}

function program(name: string, file: string, env: Record<string, string>, up: string): Program {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  let child: ChildProcess;
  let lives = 0;
  let ignored = 0;
  const life = () => `${name}-${lives}`;
  return {
    name,
    get life() {
      return life();
    },
    get process() {
      return child;
    },
    get ignored() {
      return ignored;
    },
    kill(signal) {
      child?.kill(signal);
    },
    async start() {
      lives++;
      child = spawn(process.execPath, [path], {
        env: { ...process.env, ...env, REPLICA_ID: life() },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const started = Promise.withResolvers<void>();
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        if (text.includes(`"${up}"`)) started.resolve();
        ignored += text.match(/"msg":"(ignored|dropped) /g)?.length ?? 0;
        if (process.env.CHAOS_LOG) process.stderr.write(`${name} ${text}`);
      });
      child.once("exit", (code) => started.reject(new Error(`${name} ended with ${code}`)));
      const timer = setTimeout(() => started.reject(new Error(`${name} did not start`)), START_TIMEOUT_MS);
      await started.promise.finally(() => clearTimeout(timer));
    },
    async leave() {
      const begun = performance.now();
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      const [code] = (await exited) as [number | null];
      return { code, ms: performance.now() - begun };
    },
  };
}
