/**
 * nats-server, an edge, and as many worker programs as an autoscaler asks for, which reads the edge's /metrics. It starts them,
 * and drains them as a kubelet would.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { ready, SHIPPED_PACKAGE } from "../../../tools/serve/launch.ts";
import { freePort, type NatsServer, openNatsServer } from "../../../tools/serve/nats-server.ts";
import type { AutoscalerSettings } from "../../../tools/simulate/autoscaler.ts";
import { autoscale } from "../../../tools/simulate/cross-check/autoscale.ts";

export const MODEL = "palimpsest-demo";

/** What a worker's log says on its way to its first request. */
const STEPS = ["opening the model", "opened the model", "ran the first forward", "serving a fleet"] as const;

/** A worker program: when it was started, and when it reached each step. Times are Unix milliseconds. */
export interface ScaledWorker {
  readonly startedMs: number;
  readonly steps: ReadonlyMap<(typeof STEPS)[number], number>;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

export interface ScaledFleet extends AsyncDisposable {
  readonly url: string;
  readonly server: NatsServer;
  /** Of all times, in the order of their start. */
  readonly workers: readonly ScaledWorker[];
  readonly running: number;
}

export interface ScaledFleetOptions extends AutoscalerSettings {
  readonly pollMs: number;
}

/** Starts with one worker, which publishes the model. */
export async function openScaledFleet({ pollMs, ...settings }: ScaledFleetOptions): Promise<ScaledFleet> {
  const opened = new AsyncDisposableStack();
  const server = opened.use(await openNatsServer());
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const shared = { NATS_URL: server.url, LOG_LEVEL: "info" };
  const edge = launch("edge/src/entry/node.ts", {
    ...shared,
    PORT: port,
    HEARTBEAT_MS: "500",
    WAIT_LIMIT_MS: "120000",
  });
  opened.defer(() => void edge.kill("SIGKILL"));
  const workers: ScaledWorker[] = [];
  const running: ChildProcess[] = [];
  const start = () => {
    const env = { MODEL_PACKAGE: SHIPPED_PACKAGE, CAPACITY: String(settings.threshold), ...shared };
    const child = launch("gpu-worker/src/main.ts", env);
    running.push(child);
    workers.push(follow(child));
  };
  opened.defer(() => {
    for (const child of running) child.kill("SIGKILL");
  });
  start();
  await ready(url, () => false);

  opened.use(
    autoscale({
      ...{ settings, pollMs, url, model: MODEL, start },
      count: () => running.length,
      stop: () => void running.pop()?.kill("SIGTERM"),
    }),
  );
  return {
    url,
    server,
    workers,
    get running() {
      return running.length;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function launch(program: string, env: Readonly<Record<string, string>>): ChildProcess {
  const path = fileURLToPath(new URL(`../../../${program}`, import.meta.url));
  return spawn(process.execPath, [path], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
}

function follow(child: ChildProcess): ScaledWorker {
  const steps = new Map<(typeof STEPS)[number], number>();
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { msg, time } = JSON.parse(line) as { msg: string; time: number };
      const step = STEPS.find((one) => one === msg);
      if (step !== undefined) steps.set(step, time);
    }
  });
  const ended = once(child, "exit").then(([code]) => code as number | null);
  return { startedMs: Date.now(), steps, ended };
}
