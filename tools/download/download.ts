/** Downloads a hub's checkpoint to a folder. Complete files are not fetched again. */
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { checkSpace } from "@palimpsest/gpu-worker/files/disk-space";
import { ifExists } from "@palimpsest/gpu-worker/files/optional-file";
import { lockFolder } from "../convert/folder-lock.ts";
import { contentDigest } from "./checksum.ts";
import { type DownloadJournal, openDownloadJournal } from "./download-journal.ts";
import { downloadFile, keptBytes } from "./file-download.ts";
import type { Sleep } from "./http.ts";
import { createHuggingFace } from "./hugging-face.ts";
import { checkpointFiles, type RemoteFile } from "./listing.ts";
import { createModelScope } from "./model-scope.ts";
import { openPartFile, type PartFile, partPath } from "./part-file.ts";
import type { CheckpointSource } from "./source.ts";

/** The most data lost when the program ends in the middle of a part; large enough that requests cost little. */
const PART_BYTES = 64 << 20;
/** Enough to use a link that one connection does not fill, few enough for a hub's limits. */
const CONNECTIONS = 4;

/** Bytes by file name. */
export type WeightFiles = ReadonlyMap<string, number>;

export interface DownloadOptions {
  readonly source: Exclude<CheckpointSource, { kind: "folder" }>;
  /** Branch, tag or commit; the hub's main branch by default. */
  readonly revision?: string | undefined;
  /** Folder for the checkpoint, created if missing. */
  readonly folder: string;
  /** Files that are no longer needed. */
  readonly skip?: ReadonlySet<string> | undefined;
  /** Skips the weights; the other files suffice for a plan. */
  readonly withoutWeights?: boolean | undefined;
  /** Tokens and endpoints: HF_TOKEN, HF_ENDPOINT, MODELSCOPE_API_TOKEN, MODELSCOPE_ENDPOINT. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: ((doneBytes: number, totalBytes: number, file: string) => void) | undefined;
  readonly partBytes?: number;
  readonly sleep?: Sleep;
  readonly openPart?: (path: string) => Promise<PartFile>;
}

/**
 * Downloads the files that a conversion reads.
 * @returns bytes of each weight file of the model, fetched or not
 * @throws PackageError when hub, network or disk are at fault, with advice; the signal's reason. Downloaded data stays for the
 * next download to the same folder.
 */
export async function downloadCheckpoint(options: DownloadOptions, signal?: AbortSignal): Promise<WeightFiles> {
  const { folder, skip = new Set(), partBytes = PART_BYTES } = options;
  const sleep: Sleep = options.sleep ?? ((ms, stop) => delay(ms, undefined, { ...(stop && { signal: stop }) }));
  const hub = createHub(options, sleep);
  const { small, weights } = checkpointFiles(await hub.list(signal), hub.identity);
  const weightFiles: WeightFiles = new Map(weights.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const files = (options.withoutWeights ? small : [...small, ...weights]).filter(({ path }) => !skip.has(path));
  await mkdir(folder, { recursive: true });
  await using _lock = await lockFolder(folder);
  await using journal = await openDownloadJournal(folder);
  checkSkipped(weights, skip, journal, folder);
  await removeOthers(files, skip, journal, folder);
  const left: RemoteFile[] = [];
  for (const file of files) if (!(await isComplete(file, journal, folder, signal))) left.push(file);

  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const leftBytes = left.reduce((sum, file) => sum + file.sizeBytes - keptBytes(file, { journal, partBytes }), 0);
  await checkSpace(folder, `${folder}: the checkpoint`, leftBytes);
  let doneBytes = totalBytes - leftBytes;
  const transfer = {
    folder,
    hub,
    journal,
    partBytes,
    connections: CONNECTIONS,
    sleep,
    openPart: options.openPart ?? openPartFile,
    onBytes(bytes: number, file: string) {
      doneBytes += bytes;
      options.onProgress?.(doneBytes, totalBytes, file);
    },
  };
  for (const file of left) await downloadFile(file, transfer, signal);
  return weightFiles;
}

function createHub({ source, revision, environment }: DownloadOptions, sleep: Sleep) {
  const options = { id: source.id, revision, environment, sleep };
  switch (source.kind) {
    case "huggingface":
      return createHuggingFace(options);
    case "modelscope":
      return createModelScope(options);
  }
}

/** Checks that consumed files belong to this revision of this model. @throws PackageError */
function checkSkipped(
  weights: readonly RemoteFile[],
  skip: ReadonlySet<string>,
  journal: DownloadJournal,
  folder: string,
): void {
  const other = weights.find(({ path, content }) => {
    const had = journal.files.get(path)?.content;
    return skip.has(path) && had !== undefined && content !== undefined && had !== content.digest;
  });
  if (other === undefined) return;
  throw new PackageError(
    `${folder}: ${other.path} was consumed by a conversion of another checkpoint; finish that one, or delete its files`,
  );
}

/** Removes downloaded files of another revision, which would be mistaken for files of this one. */
async function removeOthers(
  files: readonly RemoteFile[],
  skip: ReadonlySet<string>,
  journal: DownloadJournal,
  folder: string,
): Promise<void> {
  const names = new Set(files.map(({ path }) => path));
  for (const name of journal.files.keys()) {
    if (names.has(name) || skip.has(name)) continue;
    await rm(join(folder, name), { force: true });
    await rm(partPath(folder, name), { force: true });
  }
}

/** True if the journal lists the file as finished, or else its checksum is right. */
async function isComplete(
  { path, sizeBytes, content }: RemoteFile,
  journal: DownloadJournal,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const file = join(folder, path);
  if ((await ifExists(stat(file)))?.size !== sizeBytes) return false;
  const state = journal.files.get(path);
  if (state?.finished) return state.content === content?.digest;
  return content !== undefined && (await contentDigest(file, sizeBytes, content.algorithm, signal)) === content.digest;
}
