/** The processes of the edge's benchmark: each server and the load in one of its own, with their processor time. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ready } from "../../../tools/serve/launch.ts";
import { freePort } from "../../../tools/serve/nats-server.ts";
import { patiently, until } from "../../support/waiting.ts";
import type { Load, LoadFigures } from "./plan.ts";

/** Of a tick in /proc, on every Linux that Node runs on. */
const TICK_MS = 10;
const GATEWAY = fileURLToPath(new URL("gateway", import.meta.url));

/** A server that answers OpenAI's chat requests. */
export interface Server extends Disposable {
  readonly name: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Processor time of all threads since it started. */
  cpuMs(): number;
  rssBytes(): number;
}

/** A process whose first message says where it serves. */
export async function start<T>(file: string, args: readonly string[] = [], env: Record<string, string> = {}) {
  const child = spawnNode(fileURLToPath(new URL(file, import.meta.url)), args, env);
  const [message] = (await once(child, "message")) as [T];
  return { child, message, ...measured(child) };
}

export async function startEdge(name: string, env: Record<string, string>): Promise<Server> {
  const port = await freePort();
  const file = fileURLToPath(new URL("../../../edge/src/entry/node.ts", import.meta.url));
  const child = spawnNode(file, [], { ...env, PORT: String(port), LOG_LEVEL: "warn" });
  const base = `http://127.0.0.1:${port}`;
  if (!(await ready(base, () => child.exitCode !== null))) throw new Error(`${name} did not start`);
  return { name, url: `${base}/v1/chat/completions`, ...measured(child) };
}

/** Portkey's gateway in front of an OpenAI server, installed on first use by a lock file of its own. */
export async function startGateway(upstream: string): Promise<Server> {
  if (!existsSync(`${GATEWAY}/node_modules`)) {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: GATEWAY, stdio: "ignore" });
  }
  const port = await freePort();
  const file = `${GATEWAY}/node_modules/@portkey-ai/gateway/build/start-server.js`;
  const child = spawnNode(file, ["--headless", `--port=${port}`], { NODE_ENV: "production" }, "ignore");
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
  await until(answers, patiently.timeout);
  const headers = { "x-portkey-provider": "openai", "x-portkey-custom-host": upstream, authorization: "Bearer none" };
  return { name: "Portkey", url: `http://127.0.0.1:${port}/v1/chat/completions`, headers, ...measured(child) };
}

/** The process that makes loads, one after the other. */
export function startLoad() {
  const child = spawnNode(fileURLToPath(new URL("load.ts", import.meta.url)));
  return {
    async run(load: Load): Promise<LoadFigures> {
      child.send(load);
      const [figures] = (await once(child, "message")) as [LoadFigures | { failure: string }];
      if ("failure" in figures) throw new Error(figures.failure);
      return figures;
    },
    ...measured(child),
  };
}

function spawnNode(
  file: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  stderr: "inherit" | "ignore" = "inherit",
): ChildProcess {
  return spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", stderr, "ipc"],
  });
}

function measured(child: ChildProcess) {
  const read = (file: string) => readFileSync(`/proc/${child.pid}/${file}`, "utf8");
  return {
    cpuMs() {
      // The fields behind the program's name, which may have spaces.
      const fields = read("stat")
        .replace(/^.*\) /s, "")
        .split(" ");
      return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    },
    rssBytes: () => Number(/^VmRSS:\s+(\d+)/m.exec(read("status"))?.[1]) * 1024,
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  };
}
