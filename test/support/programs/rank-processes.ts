/** Runs ranks of a package with the worker program, each a process on its own Unix socket. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../../gpu-worker/src/main.ts", import.meta.url));

export interface RankProcesses extends AsyncDisposable {
  /** Addresses from rank 1 on. */
  readonly addresses: readonly string[];
  /** Starts a rank, again if it has stopped: then it is another process at the same address. */
  start(rank: number, changes?: Readonly<Record<string, string>>): ChildProcess;
  process(rank: number): ChildProcess;
}

/** Starts every rank except the leader, without waiting until they are ready. */
export async function startRanks(folder: string, ranks: number): Promise<RankProcesses> {
  const sockets = await mkdtemp(join(tmpdir(), "palimpsest-ranks-"));
  const processes = new Map<number, ChildProcess>();
  const address = (rank: number): string => `unix:${join(sockets, `rank-${rank}.sock`)}`;
  const others = Array.from({ length: ranks - 1 }, (_, i) => i + 1);
  const start = (rank: number, changes: Readonly<Record<string, string>> = {}): ChildProcess => {
    const env = {
      MODEL_PACKAGE: folder,
      RANK: String(rank),
      RANK_ADDRESS: address(rank),
      LOG_LEVEL: "warn",
      ...changes,
    };
    const child = spawn(process.execPath, [PROGRAM], { env: { ...process.env, ...env }, stdio: "inherit" });
    processes.set(rank, child);
    return child;
  };
  for (const rank of others) start(rank);
  return {
    addresses: others.map(address),
    start,
    process: (rank) => processes.get(rank) as ChildProcess,
    async [Symbol.asyncDispose]() {
      const running = [...processes.values()].filter(
        ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
      );
      await Promise.all(
        running.map((child) => {
          const exited = once(child, "exit");
          child.kill("SIGKILL");
          return exited;
        }),
      );
      await rm(sockets, { recursive: true, force: true });
    },
  };
}
