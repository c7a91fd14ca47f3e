/** Whether a conversion can go on from what an earlier one finished. It writes nothing but may give the earlier one up. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { ifExists } from "@palimpsest/gpu-worker/files/optional-file";
import type { ConversionIdentity, FinishedFile, Journal } from "./journal.ts";
import type { PackageFolder } from "./package-folder.ts";

/**
 * @param begun the earlier one's journal
 * @param read the checkpoint's files that its finished files were made from, as far as they are there
 * @returns the files that need not be written again, by path; empty where the conversion begins anew, in an empty folder
 * @throws PackageError where beginning anew would lose what deleted source files became
 */
export async function resume(
  begun: Journal | undefined,
  identity: ConversionIdentity,
  read: ReadonlySet<string>,
  folder: PackageFolder,
  onNotice: (sentence: string) => void = () => {},
): Promise<ReadonlyMap<string, FinishedFile>> {
  const change = begun && changeSince(begun, identity, read);
  if (begun !== undefined && change === undefined) {
    const whole = await wholeFiles(begun, folder.path);
    if (whole.size > 0) onNotice(`${folder.path}: goes on after ${whole.size} finished weight files`);
    return whole;
  }
  // One that stands there again may be another checkpoint's of the same name.
  const lost = [...(begun?.consumed ?? [])].filter((file) => begun?.sources[file] !== identity.sources[file]);
  if (lost.length > 0) {
    throw new PackageError(
      `${folder.path}: was begun with ${change}, and is all that is left of ${lost.join(", ")}; ` +
        "convert as it was begun, or delete it and fetch them again",
    );
  }
  if (begun !== undefined) onNotice(`${folder.path}: was begun with ${change}; begins anew`);
  await folder.clear();
  return new Map();
}

/** What is not as it was, in words. */
function changeSince(
  begun: Journal,
  { digest, sources }: ConversionIdentity,
  read: ReadonlySet<string>,
): string | undefined {
  if (begun.digest !== digest) return "other options";
  const isSame = [...read].every((name) => begun.sources[name] === sources[name]);
  return isSame ? undefined : "other checkpoint files";
}

async function wholeFiles({ files }: Journal, folder: string): Promise<Map<string, FinishedFile>> {
  const whole = new Map<string, FinishedFile>();
  for (const [path, file] of files) {
    if ((await ifExists(stat(join(folder, path))))?.size === file.sizeBytes) whole.set(path, file);
  }
  return whole;
}
