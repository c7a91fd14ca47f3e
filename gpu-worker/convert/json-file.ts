/** A JSON file that may be missing. */
import { readFile } from "node:fs/promises";
import { PackageError } from "../src/errors.ts";

/** The parsed content, or undefined where there is no such file. @throws PackageError when it is not JSON */
export async function readJson(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new PackageError(`${file}: not JSON (${(cause as Error).message})`, { cause });
  }
}
