/** Free space on a disk: checked before a long write, and reported by name when it runs out during one. */
import { stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PackageError } from "../errors.ts";
import { ifExists } from "./optional-file.ts";

/**
 * @param folder an existing folder on the disk
 * @param content names what is written there, for the message
 * @throws PackageError when less space is free
 */
export async function checkSpace(folder: string, content: string, neededBytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= neededBytes) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new PackageError(
    `${content} takes ${megabytes(neededBytes)}, its disk has ${megabytes(free)} free; make room or name another folder`,
  );
}

/** Free space on the disk of a folder, which need not exist. */
export async function freeBytes(folder: string): Promise<number> {
  let path = resolve(folder);
  for (;;) {
    const stats = await ifExists(statfs(path));
    if (stats !== undefined) return stats.bavail * stats.bsize;
    path = dirname(path); // the root always exists
  }
}

/** True if deleting files in one folder frees space for the other. */
export async function isOneDisk(folder: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(folder), stat(other)]);
  return one.dev === two.dev;
}

/** Runs a write. @throws PackageError naming the file when the disk, the user's quota or the file size limit is exceeded */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EFBIG") {
      throw new PackageError(`${path}: exceeds the file size limit; raise it (ulimit -f) or name another disk`, {
        cause,
      });
    }
    if (code !== "ENOSPC" && code !== "EDQUOT") throw cause;
    throw new PackageError(`${path}: no space left on the disk; make room and run the same command again`, { cause });
  }
}
