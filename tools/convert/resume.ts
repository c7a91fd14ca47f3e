/** Resumes an interrupted conversion, or discards it. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { ifExists } from "@palimpsest/gpu-worker/files/optional-file";
import type { ConversionIdentity, FinishedFile, Journal } from "./journal.ts";
import type { PackageFolder } from "./package-folder.ts";

export interface ResumeOptions {
  /** Of the conversion that starts now. */
  readonly identity: ConversionIdentity;
  /** The checkpoint's files that the finished files were made from, if they still exist. */
  readonly read: ReadonlySet<string>;
  readonly folder: PackageFolder;
  readonly onNotice?: ((sentence: string) => void) | undefined;
}

/**
 * @param earlier journal of the interrupted conversion
 * @returns finished files by path; empty if the conversion starts over, in an empty folder
 * @throws PackageError when starting over would lose data of deleted source files
 */
export async function resume(
  earlier: Journal | undefined,
  { identity, read, folder, onNotice = () => {} }: ResumeOptions,
): Promise<ReadonlyMap<string, FinishedFile>> {
  const change = earlier && changeSince(earlier, identity, read);
  if (earlier !== undefined && change === undefined) {
    const whole = await wholeFiles(earlier, folder.path);
    if (whole.size > 0) onNotice(`${folder.path}: resuming after ${whole.size} finished weight files`);
    return whole;
  }
  // A file that exists again may belong to another checkpoint with the same file names.
  const lost = [...(earlier?.consumed ?? [])].filter((file) => earlier?.sources[file] !== identity.sources[file]);
  if (lost.length > 0) {
    throw new PackageError(
      `${folder.path}: was started with ${change} and has the only data of ${lost.join(", ")}, which it consumed; ` +
        "convert with the earlier options, or delete the folder and fetch the files again",
    );
  }
  if (earlier !== undefined) onNotice(`${folder.path}: was started with ${change}; starting over`);
  await folder.clear();
  return new Map();
}

/** Names the difference from the earlier conversion, or undefined if there is none. */
function changeSince(
  earlier: Journal,
  { digest, sources }: ConversionIdentity,
  read: ReadonlySet<string>,
): string | undefined {
  if (earlier.digest !== digest) return "other options";
  const isSame = [...read].every((name) => earlier.sources[name] === sources[name]);
  return isSame ? undefined : "other checkpoint files";
}

async function wholeFiles({ files }: Journal, folder: string): Promise<Map<string, FinishedFile>> {
  const whole = new Map<string, FinishedFile>();
  for (const [path, file] of files) {
    if ((await ifExists(stat(join(folder, path))))?.size === file.sizeBytes) whole.set(path, file);
  }
  return whole;
}
