/**
 * Runs the programs of a rendered deployment as local processes: with only the configuration and the variables of their
 * manifests, but on free ports and with the model in another folder.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { service as health } from "grpc-health-check";
import type { IProbe } from "kubernetes-models/v1/Probe";
import { freePort, natsServerBinary } from "../../tools/serve/nats-server.ts";
import { find, type Manifest, podTemplates, variablesOf } from "./manifests.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Path of the repository in an image. */
const IMAGE_ROOT = "/app/";
const PROGRAMS = { edge: "edge/src/entry/node.ts", worker: "gpu-worker/src/main.ts" };

export interface DeployedFleet extends AsyncDisposable {
  /** Local port for a pod's declared port. */
  port(app: App, declared: string | number): number;
  start(app: App, changes?: Readonly<Record<string, string>>): Promise<ChildProcess>;
  /** Resolves to true if the probe would succeed in the kubelet. */
  probe(app: App, kind: "startupProbe" | "livenessProbe" | "readinessProbe"): Promise<boolean>;
}

export type App = "nats" | "edge" | "worker";

export async function deploy(manifests: readonly Manifest[]): Promise<DeployedFleet> {
  const folder = await mkdtemp(join(tmpdir(), "deployed-"));
  const containers = new Map(podTemplates(manifests).map(({ component, container }) => [component, container]));
  const ports = new Map<string, number>();
  for (const [app, { ports: declared = [] }] of containers) {
    for (const { name, containerPort } of declared) {
      const free = await freePort();
      for (const key of [name, containerPort]) ports.set(`${app} ${key}`, free);
    }
  }
  const children: ChildProcess[] = [];
  const port = (app: App, declared: string | number) => {
    const found = ports.get(`${app} ${declared}`);
    if (found === undefined) throw new Error(`${app} declares no port ${declared}`);
    return found;
  };
  const containerOf = (app: App) => containers.get(app)!;

  const command = async (app: App): Promise<[string, string[]]> => {
    if (app !== "nats") return [process.execPath, [join(ROOT, PROGRAMS[app])]];
    const config = find(manifests, "ConfigMap", "nats").data["nats.conf"] as string;
    const file = join(folder, "nats.conf");
    const here = config
      .replaceAll(/"0\.0\.0\.0:(\d+)"/g, (_, declared) => `"127.0.0.1:${port("nats", Number(declared))}"`)
      .replace('"/data"', JSON.stringify(join(folder, "data")));
    await writeFile(file, here);
    return [await natsServerBinary(), ["--config", file]];
  };

  const fleet: DeployedFleet = {
    port,
    async start(app, changes = {}) {
      const variables = variablesOf(containerOf(app));
      const moved: Record<string, string> = {
        ...(app === "edge" && { PORT: String(port("edge", "http")), METRICS_PORT: String(port("edge", "metrics")) }),
        ...(app === "worker" && { WORKER_HEALTH_ADDRESS: `127.0.0.1:${port("worker", "grpc")}` }),
        ...(app === "worker" && { MODEL_PACKAGE: variables.MODEL_PACKAGE!.replace(IMAGE_ROOT, ROOT) }),
        ...(app !== "nats" && { NATS_URL: `nats://127.0.0.1:${port("nats", "client")}` }),
      };
      const [program, args] = await command(app);
      const env = { ...variables, ...moved, ...changes };
      const child = spawn(program, args, { env, stdio: ["ignore", "ignore", app === "nats" ? "ignore" : "inherit"] });
      children.push(child);
      while (!(await fleet.probe(app, "startupProbe"))) {
        if (child.exitCode !== null) throw new Error(`${app} ended with ${child.exitCode}`);
        await sleep(50);
      }
      return child;
    },
    async probe(app, kind) {
      const { httpGet, grpc: call } = containerOf(app)[kind] as IProbe;
      if (httpGet) {
        const url = `http://127.0.0.1:${port(app, httpGet.port)}${httpGet.path}`;
        return (await fetch(url).catch(() => undefined))?.ok === true;
      }
      return isServing(port(app, call!.port), call!.service ?? "");
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const exited = once(child, "exit");
        child.kill("SIGKILL");
        await exited;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
  return fleet;
}

async function isServing(port: number, service: string): Promise<boolean> {
  const Client = grpc.makeClientConstructor(health, "Health");
  const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  try {
    return await new Promise((resolve) => {
      client.check!({ service }, (error: Error | null, reply?: { status: string }) =>
        resolve(error === null && reply?.status === "SERVING"),
      );
    });
  } finally {
    client.close();
  }
}
