/** What commands take for a checkpoint: a folder, or a hub's model that is downloaded to one. */
import { basename, resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { readJournal } from "../convert/journal.ts";
import { checkTarget, partialFolder } from "../convert/package-folder.ts";
import { downloadCheckpoint } from "../download/download.ts";
import { parseSource } from "../download/source.ts";
import { createProgress } from "./progress.ts";

export interface SourceFlags {
  readonly revision?: string;
  readonly downloadDir?: string;
  readonly force?: boolean;
}

export interface LocalCheckpoint {
  readonly folder: string;
  /** What the checkpoint is called. */
  readonly name: string;
}

/** The flags that go with `<checkpoint>`. */
export function addSourceFlags(command: Command): Command {
  return command
    .option("--revision <name>", "branch, tag or commit of the hub's model (default: its main branch)", revision)
    .option("--download-dir <folder>", "where the hub's files go (default: <package>.checkpoint)");
}

/**
 * Downloads the checkpoint unless it is a folder. What an earlier conversion to the same package has used up is not
 * fetched again.
 * @param target the package's folder
 */
export async function obtainCheckpoint(
  text: string,
  target: string,
  flags: SourceFlags,
  command: Command,
  signal: AbortSignal,
): Promise<LocalCheckpoint> {
  const source = await parseSource(text);
  if (source.kind === "folder") {
    if (flags.revision !== undefined || flags.downloadDir !== undefined) {
      command.error(`error: --revision and --download-dir go with a hub's model; ${text} is none`, { exitCode: 2 });
    }
    return { folder: source.path, name: basename(resolve(source.path)) };
  }
  await checkTarget(target, flags.force ?? false); // before hours of download, not after
  const folder = flags.downloadDir ?? `${resolve(target)}.checkpoint`;
  using progress = createProgress(process.stderr);
  await downloadCheckpoint(
    {
      source,
      revision: flags.revision,
      folder,
      skip: (await readJournal(partialFolder(target)))?.consumed,
      environment: process.env,
      onProgress: progress.update,
    },
    signal,
  );
  progress[Symbol.dispose]();
  console.error(`${folder}: the checkpoint of ${source.id}`);
  return { folder, name: basename(source.id) };
}

function revision(text: string): string {
  if (/^\w[\w./-]*$/.test(text) && !text.includes("..")) return text;
  throw new InvalidArgumentError("It must be a branch, a tag or a commit.");
}
