/** Files and folders that may not be there. */
import { readdir, readFile } from "node:fs/promises";
import { PackageError } from "@palimpsest/gpu-worker/errors";

/** What was asked of the file system, or undefined where the file or folder is missing. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

/** Names in a folder, or undefined where there is none. @throws PackageError when it is a file */
export async function entriesOf(folder: string): Promise<string[] | undefined> {
  try {
    return await ifThere(readdir(folder));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOTDIR") throw cause;
    throw new PackageError(`${folder}: a file; name a folder`, { cause });
  }
}

/** The parsed content, or undefined where there is no such file. @throws PackageError when it is not JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await ifThere(readFile(file, "utf8"));
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PackageError(`${file}: not JSON (${(cause as Error).message})`, { cause });
  }
}
