/** The `<checkpoint>` argument of commands: a folder, or a hub's model that is downloaded to one. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { type Command, InvalidArgumentError } from "commander";
import { WEIGHTS_FILE } from "../convert/checkpoint.ts";
import { readJournal } from "../convert/journal.ts";
import { checkTarget, partialFolder } from "../convert/package-folder.ts";
import { downloadCheckpoint, type WeightFiles } from "../download/download.ts";
import { type CheckpointSource, parseSource } from "../download/source.ts";
import { createProgress } from "./progress.ts";

export interface SourceFlags {
  readonly revision?: string;
  readonly downloadDir?: string;
  readonly force?: boolean;
}

export interface LocalCheckpoint {
  readonly folder: string;
  /** Name of the checkpoint. */
  readonly name: string;
}

/** Adds the flags that belong to `<checkpoint>`. */
export function addSourceFlags(command: Command): Command {
  return command
    .option("--revision <name>", "branch, tag or commit of the hub's model (default: its main branch)", revision)
    .option("--download-dir <folder>", "folder for the hub's files (default: <package>.checkpoint)");
}

/**
 * Downloads the checkpoint unless it is a folder. Files that an earlier conversion to the same package has consumed are not
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
  const source = await sourceOf(text, flags, command);
  if (source.kind === "folder") return { folder: source.path, name: basename(resolve(source.path)) };
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

/** The files of a checkpoint that a plan needs. Those from a hub are deleted when disposed of. */
export interface CheckpointDescription extends AsyncDisposable {
  readonly folder: string;
  /** Bytes of the hub's weight files. */
  readonly listed: WeightFiles | undefined;
}

/** Fetches configuration, tokenizer and index of a hub's model, without its weights, to a temporary folder. */
export async function obtainDescription(
  text: string,
  flags: SourceFlags,
  command: Command,
  signal: AbortSignal,
): Promise<CheckpointDescription> {
  const source = await sourceOf(text, flags, command);
  if (source.kind === "folder") return { folder: source.path, listed: undefined, async [Symbol.asyncDispose]() {} };
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "palimpsest-"));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const { revision } = flags;
  const options = { source, revision, folder, withoutWeights: true, environment: process.env };
  const listed = await downloadCheckpoint(options, signal);
  if (listed.has(WEIGHTS_FILE)) {
    throw new PackageError(
      `${source.id}: the weights are in one file without an index; download it, then pass the folder to --dry-run`,
    );
  }
  const opened = cleanup.move();
  return { folder, listed, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

async function sourceOf(text: string, flags: SourceFlags, command: Command): Promise<CheckpointSource> {
  const source = await parseSource(text);
  if (source.kind === "folder" && (flags.revision !== undefined || flags.downloadDir !== undefined)) {
    command.error(`error: --revision and --download-dir need a hub's model; ${text} is a folder`, { exitCode: 2 });
  }
  return source;
}

function revision(text: string): string {
  if (/^\w[\w./-]*$/.test(text) && !text.includes("..")) return text;
  throw new InvalidArgumentError("It must be a branch, a tag or a commit.");
}
