/**
 * Runs answers in separate processes: each in its own process group, without the environment, with limits on time and
 * memory, and with as little access as its language allows. This stops endless loops and greedy allocations, and Node's
 * permissions deny files and programs; Python can still read files and use the network. It is not a security boundary:
 * run untrusted models on a disposable machine.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { availableParallelism, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import type { CallList, CallResults } from "./run-calls.ts";
import type { Runner } from "./score.ts";

/** Time limit for an answer's own code; a reference needs a hundredth of it. */
const CODE_TIMEOUT_MS = 1000;
/** Time limit for a process including its start, on a busy machine. */
const PROCESS_TIMEOUT_MS = 15_000;
/** Starting a process takes longer than running most answers, so this many share a process, each in its own context. */
const LISTS_PER_PROCESS = 32;
const PYTHON_TIMEOUT_SECONDS = 10;
const HEAP_MB = 128;
/** Private memory of the Node process, buffers and threads included; with much less it does not start. */
const PROCESS_KB = 1_000_000;
const PYTHON_MEMORY_MB = 512;
/** More output than this counts as no result. */
const OUTPUT_BYTES = 4 * 2 ** 20;

/** A runner with as many concurrent processes as the machine has cores. */
export function createIsolatedRunner(): Runner {
  const slots = new Slots(availableParallelism());
  let waiting: { list: CallList; resolve: (results: CallResults) => void }[] = [];

  function flush(): void {
    const batch = waiting;
    waiting = [];
    for (let first = 0; first < batch.length; first += LISTS_PER_PROCESS) {
      const some = batch.slice(first, first + LISTS_PER_PROCESS);
      void slots.use(async () => {
        const results = await isolatedCalls(some.map(({ list }) => list));
        some.forEach(({ resolve }, i) => void resolve(results[i] as CallResults));
      });
    }
  }

  return {
    calls(list) {
      if (waiting.length === 0) setImmediate(flush);
      return new Promise((resolve) => waiting.push({ list, resolve }));
    },
    python: (program) => slots.use(() => isolatedPython(program)),
  };
}

/**
 * Calls answers' JavaScript functions in a process under Node's permission model: no files, no programs, no threads. If
 * an answer crashes the shared process, each answer runs again in its own.
 */
export async function isolatedCalls(lists: readonly CallList[]): Promise<CallResults[]> {
  const child = fileURLToPath(new URL("run-calls-child.ts", import.meta.url));
  const readable = [child, fileURLToPath(new URL("run-calls.ts", import.meta.url))];
  const flags = [
    "--permission",
    ...readable.map((file) => `--allow-fs-read=${file}`),
    `--max-old-space-size=${HEAP_MB}`,
  ];
  const limits = `ulimit -c 0; ulimit -d ${PROCESS_KB}; exec "$@"`;
  const command = ["sh", "-c", limits, "sh", process.execPath, ...flags, child];
  const input = JSON.stringify({ lists, timeoutMs: CODE_TIMEOUT_MS });
  const ran = await run(command, input, PROCESS_TIMEOUT_MS + lists.length * CODE_TIMEOUT_MS);
  if (ran.end === 0) return JSON.parse(ran.output) as CallResults[];
  if (lists.length > 1) return (await Promise.all(lists.map((list) => isolatedCalls([list])))).flat();
  return [{ error: typeof ran.end === "string" ? ran.end : "the process died: too much memory, or a crash" }];
}

/** Runs a Python program to its end. @returns undefined if no line raised, otherwise the reason */
export async function isolatedPython(program: string, python = "python3"): Promise<string | undefined> {
  // Only a program that runs to its last line prints this token: an early exit or any other output does not.
  const token = randomUUID();
  const ran = await run([python, "-I", "-B", "-c", PYTHON_FRAME, token], program, PROCESS_TIMEOUT_MS, ONE_THREAD);
  if (ran.end === 0 && ran.output === token) return undefined;
  if (typeof ran.end === "string") return ran.end;
  return ran.errors.trim().split("\n").at(-1)?.slice(0, 200) || "the program ended before its tests did";
}

/** True if this machine can run Python answers. */
export async function hasPython(python = "python3"): Promise<boolean> {
  return (await isolatedPython("pass", python)) === undefined;
}

/** OpenBLAS starts a thread for each core, which the process limit forbids. */
const ONE_THREAD = { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

const PYTHON_FRAME = `
import os, resource, sys
def limit(kind, value):
    most = resource.getrlimit(kind)[1]
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, value))
limit(resource.RLIMIT_CPU, ${PYTHON_TIMEOUT_SECONDS})
limit(resource.RLIMIT_AS, ${PYTHON_MEMORY_MB} * 2**20)
limit(resource.RLIMIT_FSIZE, 0)
limit(resource.RLIMIT_CORE, 0)
limit(resource.RLIMIT_NPROC, 0)
program, answer = sys.stdin.read(), os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
sys.stdin = open(os.devnull)
exec(compile(program, "answer", "exec"), {"__name__": "__main__"})
os.write(answer, sys.argv[1].encode())
`;

interface Ran {
  /** The exit code, or a description of the failure. */
  readonly end: number | string | undefined;
  readonly output: string;
  readonly errors: string;
}

function run(
  [command, ...args]: readonly string[],
  input: string,
  timeoutMs: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  // A process group of its own, so that the answer's child processes end with it.
  const env = { PATH: process.env.PATH, ...settings };
  const child = spawn(command as string, args, { cwd: tmpdir(), env, detached: true });
  const [output, errors] = [child.stdout, child.stderr].map((stream) => gather(stream, () => kill("too much output")));
  let end: string | undefined;
  const kill = (why: string): void => {
    end ??= why;
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // The process had already exited.
    }
  };
  const timer = setTimeout(() => kill("took too long"), timeoutMs);
  child.once("error", (error) => {
    end ??= `cannot run ${command}: ${error.message}`;
  });
  child.once("close", (code) => {
    clearTimeout(timer);
    kill("");
    resolve({ end: end || (code ?? undefined), output: output!(), errors: errors!() });
  });
  // An answer that ignores its stdin is judged by its output.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return promise;
}

function gather(stream: NodeJS.ReadableStream, full: () => void): () => string {
  const parts: Buffer[] = [];
  let size = 0;
  stream.on("data", (part: Buffer) => {
    size += part.length;
    if (size > OUTPUT_BYTES) return full();
    parts.push(part);
  });
  return () => Buffer.concat(parts).toString();
}

/** Limits how many tasks run concurrently. */
class Slots {
  readonly #queue: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
