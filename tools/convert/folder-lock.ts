/** Locks a folder against other processes of this machine, which it tells apart by process id. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";

export const LOCK_FILE = "lock";

/**
 * Locks the folder until disposed of. The lock of a process that has ended is ignored.
 * @throws PackageError when another process has the lock
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, LOCK_FILE);
  const own = String(process.pid);
  try {
    await writeFile(path, own, { flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    const owner = Number(await readFile(path, "utf8"));
    // In containers a restarted program often has the same process id.
    if (owner !== process.pid && isRunning(owner)) {
      throw new PackageError(
        `${folder}: process ${owner} is writing there; wait until it ends, or delete ${path} if it does not write there`,
      );
    }
    await writeFile(path, own);
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0); // signal 0 only tests
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}
