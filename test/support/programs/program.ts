/** Runs programs of the repository as a user would. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const PALIMPSEST = [process.execPath, "tools/cli/palimpsest.js"] as const;

/** Runs `palimpsest` to its end. */
export function palimpsest(...args: readonly string[]): Promise<Finished> {
  return finished(...PALIMPSEST, ...args);
}

/** Runs `palimpsest` to its end with these variables. */
export function palimpsestWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Finished> {
  return finished("env", ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...PALIMPSEST, ...args);
}

/** Runs `palimpsest` with a limit on file sizes: its writes fail midway, as on a full disk. */
export function palimpsestWithFileLimit(limitBytes: number, ...args: readonly string[]): Promise<Finished> {
  const script = `trap "" XFSZ; ulimit -f ${Math.floor(limitBytes / 1024)}; exec "$@"`;
  return finished("bash", "-c", script, "bash", ...PALIMPSEST, ...args);
}

function finished(program: string, ...args: readonly string[]): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Runs a program of examples/ to its end, against the server at the URL. */
export function example(name: string, url: string): Promise<Finished> {
  return finished("env", `PALIMPSEST_URL=${url}`, process.execPath, `examples/${name}.ts`);
}

/** Runs the text of a TypeScript program to its end. */
export function programOf(code: string): Promise<Finished> {
  return finished(process.execPath, "--input-type=module-typescript", "--eval", code);
}

/** Starts `npm start`; its programs print their state on stdout. */
export function start(...args: readonly string[]): ChildProcessWithoutNullStreams {
  return startWith({}, "tools/serve/start.ts", ...args);
}

/** Starts a program of the repository with more in its environment. */
export function startWith(env: Record<string, string>, ...args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, LOG_LEVEL: "info", ...env } });
}

/** The URL that a program of `start` prints once it serves. @throws Error with its output if it exits instead */
export function servedUrl(program: ChildProcessWithoutNullStreams): Promise<string> {
  let output = "";
  program.stderr.on("data", (text) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    program.stdout.on("data", (text) => {
      output += text;
      const [url] = /http:\/\/\S+(?= to watch)/.exec(output) ?? [];
      if (url) resolve(url);
    });
    program.once("exit", (code) => reject(new Error(`exit ${code}: ${output}`)));
  });
}
