/**
 * The folder that a package is written to: `NAME.partial` beside its target, which it replaces when the package is complete.
 * The finished files of an interrupted conversion stay there for the next.
 */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { entriesOf } from "@palimpsest/gpu-worker/files/optional-file";
import { MANIFEST_FILE } from "@palimpsest/gpu-worker/model/manifest";
import { LOCK_FILE, lockFolder } from "./folder-lock.ts";
import { JOURNAL_FILE, readJournal, syncFolder } from "./journal.ts";

export interface PackageFolder extends AsyncDisposable {
  /** The folder to write to. Disposed of without `publish`, it is removed unless its journal lists finished files. */
  readonly path: string;
  /** Removes the files of an earlier conversion. */
  clear(): Promise<void>;
  /** Moves the package to the target. It survives a crash of the machine afterwards. */
  publish(): Promise<void>;
}

/** The folder in which the target's package is written until it is complete. */
export function partialFolder(target: string): string {
  return beside(target, "partial");
}

/**
 * @param target must be missing or empty; with `replace` it may be an earlier package, which stays until `publish`
 * @throws PackageError when the target has other files, or another process is writing
 */
export async function createPackageFolder(target: string, replace: boolean): Promise<PackageFolder> {
  await checkTarget(target, replace);
  const absolute = resolve(target);
  const path = partialFolder(target);
  await mkdir(path, { recursive: true });
  const lock = await lockFolder(path);
  return {
    path,
    async clear() {
      const left = (await readdir(path)).filter((entry) => entry !== LOCK_FILE);
      await Promise.all(left.map((entry) => rm(join(path, entry), { recursive: true })));
    },
    async publish() {
      await lock[Symbol.asyncDispose]();
      const replaced = beside(target, "replaced");
      const present = (await entriesOf(absolute)) !== undefined;
      await rm(replaced, { recursive: true, force: true }); // left by a crash at this point
      if (present) await rename(absolute, replaced);
      await rename(path, absolute);
      await syncFolder(dirname(absolute));
      await rm(join(absolute, JOURNAL_FILE), { force: true });
      await rm(replaced, { recursive: true, force: true });
    },
    async [Symbol.asyncDispose]() {
      await lock[Symbol.asyncDispose]();
      const finished = (await readJournal(path))?.files.size ?? 0;
      if (finished === 0) await rm(path, { recursive: true, force: true });
    },
  };
}

function beside(target: string, kind: string): string {
  const absolute = resolve(target);
  return join(dirname(absolute), `${basename(absolute)}.${kind}`);
}

/** @throws PackageError when a conversion would not start, because of the target's files */
export async function checkTarget(target: string, replace: boolean): Promise<void> {
  const entries = await entriesOf(target);
  if (entries === undefined || entries.length === 0) return;
  if (!entries.includes(MANIFEST_FILE)) {
    throw new PackageError(`${target}: not empty and not a model package; name another folder`);
  }
  if (!replace)
    throw new PackageError(`${target}: already a model package; name another folder, or replace it with --force`);
}
