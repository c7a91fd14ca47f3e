/**
 * The folder a package is written to: it stands beside its target as `NAME.partial` and takes the target's place when it is
 * whole. What an interrupted conversion has finished stays there for the next. It knows nothing of what is written.
 */
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { entriesOf } from "@palimpsest/gpu-worker/files/optional-file";
import { MANIFEST_FILE } from "@palimpsest/gpu-worker/model/manifest";
import { LOCK_FILE, lockFolder } from "./folder-lock.ts";
import { JOURNAL_FILE, readJournal, syncFolder } from "./journal.ts";

export interface PackageFolder extends AsyncDisposable {
  /** Where to write. Disposed of without `publish`, it is removed unless a journal says that something is finished. */
  readonly path: string;
  /** Removes what an earlier conversion left. */
  clear(): Promise<void>;
  /** Moves what was written to the target; after it the package stands there even where the machine dies. */
  publish(): Promise<void>;
}

/** Where the package of this target is written until it is whole. */
export function partialFolder(target: string): string {
  return beside(target, "partial");
}

/**
 * @param target must be missing or empty; with `replace` it may hold an earlier package, and stays until `publish`
 * @throws PackageError when the target holds something else, or another process is writing
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
      await rm(replaced, { recursive: true, force: true }); // left by a machine that died here
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

/** @throws PackageError where a conversion with these options would not begin, because of what the target holds */
export async function checkTarget(target: string, replace: boolean): Promise<void> {
  const entries = await entriesOf(target);
  if (entries === undefined || entries.length === 0) return;
  if (!entries.includes(MANIFEST_FILE)) {
    throw new PackageError(`${target}: holds files that are no model package; name another folder`);
  }
  if (!replace)
    throw new PackageError(`${target}: holds a model package; name another folder, or replace it with --force`);
}
