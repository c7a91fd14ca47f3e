/** Keeps two programs from writing to one folder at once. Of use on one machine only: it goes by process numbers. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";

export const LOCK_FILE = "lock";

/**
 * Takes the folder until disposed of. A lock whose process has ended counts for nothing.
 * @throws PackageError when another process has it
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const path = join(folder, LOCK_FILE);
  const own = String(process.pid);
  try {
    await writeFile(path, own, { flag: "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
    const owner = Number(await readFile(path, "utf8"));
    // In containers a restarted program often has the number it had before.
    if (owner !== process.pid && isRunning(owner)) {
      throw new PackageError(
        `${folder}: process ${owner} is writing there; let it end, or delete ${path} if it is not`,
      );
    }
    await writeFile(path, own);
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0); // signal 0 only asks
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}
