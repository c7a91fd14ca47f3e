/** Programs of this repository as children of one that a person runs: how they start, and how they are told to leave. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A package of the shipped size opens in a second or two; a large one on a cold disk may take minutes. */
const READY_TIMEOUT_MS = 10 * 60_000;

export const SHIPPED_PACKAGE = fileURLToPath(new URL("../../gpu-worker/models/demo", import.meta.url));

export function launch(program: "edge" | "worker", env: Record<string, string>): ChildProcess {
  const file = program === "edge" ? "edge/src/entry/node.ts" : "gpu-worker/src/main.ts";
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  // A group of its own: Ctrl-C reaches the children through their parent alone, edges first.
  return spawn(process.execPath, [path], { env: { ...process.env, ...env }, stdio: "inherit", detached: true });
}

export async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
}

/** Tells a program to leave, and waits until it has. */
export async function leave(child: ChildProcess): Promise<void> {
  const gone = exited(child);
  child.kill("SIGTERM");
  await gone;
}

/** Whether the edge becomes ready before somebody loses patience. */
export async function ready(url: string, given: () => boolean): Promise<boolean> {
  for (const end = Date.now() + READY_TIMEOUT_MS; Date.now() < end && !given(); await setTimeout(100)) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.ok) return true;
  }
  return false;
}

export async function servedModel(url: string): Promise<string> {
  const { data } = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] };
  return data[0]?.id ?? "";
}

/** Whoever else listens there would be taken for our edge. @throws Error when somebody does */
export async function claimPort(host: string, port: number): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  await once(server, "listening");
  server.close();
  await once(server, "close");
}
