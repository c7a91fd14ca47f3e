/** Runs benchmark programs on given cores: settings are passed as JSON, figures are returned as JSON. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** @param cores in taskset's format: `0,1` */
export async function pinned<T>(program: string, cores: string, settings: object): Promise<T> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { stdout } = await run("taskset", ["-c", cores, process.execPath, path, JSON.stringify(settings)]);
  return JSON.parse(stdout) as T;
}
