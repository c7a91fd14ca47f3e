/** Programs of the benchmarks that run on given cores: settings go in as JSON, figures come out as JSON. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** @param cores as taskset takes them: `0,1` */
export async function pinned<T>(program: string, cores: string, settings: object): Promise<T> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { stdout } = await run("taskset", ["-c", cores, process.execPath, path, JSON.stringify(settings)]);
  return JSON.parse(stdout) as T;
}
