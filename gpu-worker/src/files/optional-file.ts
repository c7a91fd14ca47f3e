/** Files and folders that may be missing. */
import { readdir, readFile } from "node:fs/promises";
import { PackageError, parseJson } from "../errors.ts";

/** The result of a file operation, or undefined if the file or folder does not exist. */
export async function ifExists<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

/** Names in a folder, or undefined if it does not exist. @throws PackageError when it is a file */
export async function entriesOf(folder: string): Promise<string[] | undefined> {
  try {
    return await ifExists(readdir(folder));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOTDIR") throw cause;
    throw new PackageError(`${folder}: a file; name a folder`, { cause });
  }
}

/** The parsed content, or undefined if the file does not exist. @throws PackageError when it is not JSON */
export async function readJson(file: string): Promise<unknown> {
  const text = await ifExists(readFile(file, "utf8"));
  return text === undefined ? undefined : parseJson(text, file);
}
