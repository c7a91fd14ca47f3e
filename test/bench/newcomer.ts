/** Times a newcomer's way from a clone of this repository's last commit to the first edit that is seen. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createClient } from "../../edge/client/index.ts";
import { freePort } from "../../tools/serve/nats-server.ts";
import { servedUrl } from "../support/programs/program.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

export async function benchNewcomer(): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "newcomer-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const clone = join(folder, "palimpsest");
  // The programs of this repository must not be found before those of the clone.
  const path = (process.env.PATH ?? "").split(":").filter((entry) => !entry.includes("node_modules"));
  const options = { cwd: clone, env: { ...process.env, PATH: path.join(":") }, maxBuffer: 2 ** 26 };
  const times: [string, number][] = [];
  const timed = async <T>(step: string, action: Promise<T>): Promise<T> => {
    const startMs = performance.now();
    const result = await action;
    times.push([step, performance.now() - startMs]);
    return result;
  };

  await timed("git clone", run("git", ["clone", "--quiet", root, clone]));
  await timed("npm ci", run("npm", ["ci", "--no-audit", "--no-fund"], options));
  const program = spawn("npm", ["start", "--", "--port", String(await freePort())], { ...options, detached: true });
  opened.defer(() => stop(program));
  const url = await timed("npm start, until it serves", servedUrl(program));
  await timed("a request, until its first edit", firstEdit(url));

  console.log("| step | seconds |\n|---|---|");
  for (const [step, ms] of times) console.log(`| ${step} | ${(ms / 1000).toFixed(1)} |`);
  const sum = times.reduce((total, [, ms]) => total + ms, 0);
  console.log(`| all | ${(sum / 1000).toFixed(1)} |`);
}

async function firstEdit(url: string): Promise<void> {
  const client = createClient({ baseUrl: url });
  const [model = ""] = await client.models();
  const messages = [{ role: "user" as const, content: "fizzbuzz up to n, return the lines as an array" }];
  for await (const event of client.edits({ model, messages })) {
    if (event.type === "draft" && event.edits.length > 0) return;
  }
  throw new Error("the answer had no edit");
}

async function stop(program: ChildProcess): Promise<void> {
  const exited = once(program, "exit");
  process.kill(-program.pid!, "SIGINT");
  await exited;
}
