/** Starts programs of this repository as child processes and stops them. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A package of the shipped size opens in a second or two; a large package on a cold disk may take minutes. */
const READY_TIMEOUT_MS = 10 * 60_000;

export const SHIPPED_PACKAGE = fileURLToPath(new URL("../../gpu-worker/models/demo", import.meta.url));

export function launch(program: "edge" | "worker", env: Record<string, string>): ChildProcess {
  const file = program === "edge" ? "edge/src/entry/node.ts" : "gpu-worker/src/main.ts";
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  // A group of its own: Ctrl-C reaches the children only through their parent, edges first.
  return spawn(process.execPath, [path], { env: { ...process.env, ...env }, stdio: "inherit", detached: true });
}

export async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** Terminates a program and waits until it has exited. */
export async function leave(child: ChildProcess): Promise<void> {
  const exit = exited(child);
  child.kill("SIGTERM");
  await exit;
}

/** Resolves to true once the edge is ready, or to false on timeout or when `isCancelled` returns true. */
export async function ready(url: string, isCancelled: () => boolean): Promise<boolean> {
  for (const end = Date.now() + READY_TIMEOUT_MS; Date.now() < end && !isCancelled(); await setTimeout(100)) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.ok) return true;
  }
  return false;
}

/** The first of the edge's API keys; undefined if it asks for none. */
export function firstKey(): string | undefined {
  return (process.env.PALIMPSEST_API_KEYS ?? "")
    .split(",")
    .find((key) => key.trim() !== "")
    ?.trim();
}

/** The name of the model that the edge serves. @throws Error with the edge's answer if that is none */
export async function servedModel(url: string): Promise<string> {
  const key = firstKey();
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/v1/models`, { headers });
  if (!response.ok) throw new Error(`GET ${url}/v1/models: ${response.status} ${await response.text()}`);
  const { data } = (await response.json()) as { data: { id: string }[] };
  return data[0]?.id ?? "";
}

/**
 * Checks that the port is free, since another server there would be taken for our edge. @throws Error if it is in use
 */
export async function claimPort(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  server.close();
  await once(server, "close");
}
