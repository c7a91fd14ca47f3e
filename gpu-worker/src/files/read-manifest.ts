/** Reads the manifest of a package on disk, without onnxruntime. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "../errors.ts";
import { MANIFEST_FILE, type Manifest, parseManifest } from "../model/manifest.ts";

/** @throws PackageError when there is none, or it cannot be used */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const reason =
      cause.code === "ENOENT" ? `no ${MANIFEST_FILE}; make a package with "palimpsest convert"` : cause.message;
    throw new PackageError(`${folder}: ${reason}`, { cause });
  });
  return parseManifest(text, path);
}
