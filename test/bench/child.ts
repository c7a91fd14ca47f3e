/** Runs the `palimpsest` program as a child process and measures it. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../tools/cli/main.ts", import.meta.url));

/** Runs a command. @returns its time, and its peak memory, which is polled while it runs */
export async function palimpsest(...args: string[]): Promise<{ seconds: number; peakBytes: number }> {
  const startMs = performance.now();
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: "ignore" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once("error", reject);
  child.once("exit", (code) =>
    code === 0 ? resolve() : reject(new Error(`palimpsest ${args.join(" ")} ended with exit code ${code}`)),
  );
  let peakBytes = 0;
  const ended = promise.then(() => true);
  while (!(await Promise.race([ended, setTimeout(100, false)]))) {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    peakBytes = Math.max(peakBytes, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) * 1024);
  }
  return { seconds: (performance.now() - startMs) / 1000, peakBytes };
}

export function mega(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
