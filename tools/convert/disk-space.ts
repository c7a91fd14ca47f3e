/** Room on a disk: asked for before a long piece of writing, and told apart when it ends in the middle of one. */
import { stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { ifThere } from "./optional-file.ts";

/** @param folder one that is there, on the disk in question @throws PackageError when the disk has less room */
export async function checkSpace(folder: string, what: string, neededBytes: number): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= neededBytes) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new PackageError(
    `${what} takes ${megabytes(neededBytes)}, its disk has ${megabytes(free)} free; make room or name another folder`,
  );
}

/** Room on the disk that a folder is on, or would be. */
export async function freeBytes(folder: string): Promise<number> {
  let path = resolve(folder);
  for (;;) {
    const found = await ifThere(statfs(path));
    if (found !== undefined) return found.bavail * found.bsize;
    path = dirname(path); // the root is always there
  }
}

/** Whether what is deleted in one folder makes room for the other. */
export async function isOneDisk(folder: string, other: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(folder), stat(other)]);
  return one.dev === two.dev;
}

/** Runs a write. @throws PackageError naming the file when the disk or the user's share of it is full */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EFBIG") {
      throw new PackageError(
        `${path}: larger than files may be here; raise the limit (ulimit -f) or name another disk`,
        {
          cause,
        },
      );
    }
    if (code !== "ENOSPC" && code !== "EDQUOT") throw cause;
    throw new PackageError(`${path}: no space left on the disk; make room and run the same command again`, { cause });
  }
}
