/** Times of the threads of this process, as Linux counts them, and its reads from the disk. */
import { readdir, readFile } from "node:fs/promises";

export interface ThreadTimes {
  /** Of all threads. */
  readonly cpuMs: number;
  /** Ready to run, without a core. */
  readonly queuedMs: number;
  /** Mapped files included, unless they were in memory. */
  readonly readBytes: number;
}

export async function threadTimes(): Promise<ThreadTimes> {
  const tasks = await readdir("/proc/self/task");
  let [cpuMs, queuedMs] = [0, 0];
  for (const task of tasks) {
    // A thread may end in between.
    const [cpu = 0, queued = 0] = (await readFile(`/proc/self/task/${task}/schedstat`, "utf8").catch(() => ""))
      .split(" ")
      .map(Number);
    cpuMs += cpu / 1e6;
    queuedMs += queued / 1e6;
  }
  const io = await readFile("/proc/self/io", "utf8");
  return { cpuMs, queuedMs, readBytes: Number(/^read_bytes: (\d+)$/m.exec(io)?.[1]) };
}

export async function peakMemory(): Promise<{ residentBytes: number; ownBytes: number }> {
  const status = await readFile("/proc/self/status", "utf8");
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
  return { residentBytes: bytes("VmHWM"), ownBytes: bytes("RssAnon") };
}
