/** Room on a disk: asked for before a long piece of writing, and told apart when it ends in the middle of one. */
import { statfs } from "node:fs/promises";
import { PackageError } from "../src/errors.ts";

/** @param folder one that is there, on the disk in question @throws PackageError when the disk has less room */
export async function checkSpace(folder: string, what: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes >= neededBytes) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new PackageError(
    `${what} takes ${megabytes(neededBytes)}, its disk has ${megabytes(freeBytes)} free; make room or name another folder`,
  );
}

/** Runs a write. @throws PackageError naming the file when the disk or the user's share of it is full */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw cause;
    throw new PackageError(`${path}: no space left on the disk; make room and run the same command again`, { cause });
  }
}
