/**
 * The folder a package is written to: it stands beside its target under another name and takes the target's place when it is
 * whole. It knows nothing of what is written.
 */
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { PackageError } from "../src/errors.ts";
import { MANIFEST_FILE } from "../src/model/manifest.ts";
import { entriesOf } from "./optional-file.ts";

export interface PackageFolder extends AsyncDisposable {
  /** Where to write. Disposed of without `publish`, it is removed. */
  readonly path: string;
  /** Moves what was written to the target. */
  publish(): Promise<void>;
}

/**
 * @param target must be missing or empty; with `replace` it may hold an earlier package, and stays until `publish`
 * @throws PackageError when the target holds something else
 */
export async function createPackageFolder(target: string, replace: boolean): Promise<PackageFolder> {
  await checkTarget(target, replace);
  const absolute = resolve(target);
  const sibling = (kind: string): string => join(dirname(absolute), `${basename(absolute)}.${kind}-${process.pid}`);
  const path = sibling("partial");
  await rm(path, { recursive: true, force: true }); // left by a killed process that had the same number
  await mkdir(path, { recursive: true });
  return {
    path,
    async publish() {
      const replaced = sibling("replaced");
      const present = (await entriesOf(absolute)) !== undefined;
      if (present) await rename(absolute, replaced);
      await rename(path, absolute);
      if (present) await rm(replaced, { recursive: true });
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

async function checkTarget(target: string, replace: boolean): Promise<void> {
  const entries = await entriesOf(target);
  if (entries === undefined || entries.length === 0) return;
  if (!entries.includes(MANIFEST_FILE)) {
    throw new PackageError(`${target}: holds files that are no model package; name another folder`);
  }
  if (!replace)
    throw new PackageError(`${target}: holds a model package; name another folder, or replace it with --force`);
}
