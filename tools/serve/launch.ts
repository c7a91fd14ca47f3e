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

/** True if the edge asks for an API key, by the variables that it inherits. */
export function needsKey(): boolean {
  const { PALIMPSEST_API_KEYS = "", API_KEYS_FILE, API_KEYS_IN_NATS } = process.env;
  return PALIMPSEST_API_KEYS.trim() !== "" || API_KEYS_FILE !== undefined || API_KEYS_IN_NATS === "true";
}

/** The name by which clients know the package's model. */
export function servedName(manifest: { readonly name: string }): string {
  return process.env.MODEL_NAME ?? manifest.name;
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
