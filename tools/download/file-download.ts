/**
 * Downloads a file in parts: several ranges at a time, written in place to `NAME.part`, checked, then renamed. Parts in the
 * journal are not fetched again. It knows no hub's interface.
 */
import { rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PackageError } from "@palimpsest/gpu-worker/errors";
import { writing } from "@palimpsest/gpu-worker/files/disk-space";
import { contentDigest } from "./checksum.ts";
import type { DownloadJournal, FileState } from "./download-journal.ts";
import { get, PassingFailure, persistently, reasonOf, type Sleep } from "./http.ts";
import type { Hub, RemoteFile } from "./listing.ts";
import { type PartFile, partPath } from "./part-file.ts";

/** Settings that the files of a download share. */
export interface Transfer {
  readonly folder: string;
  readonly hub: Hub;
  readonly journal: DownloadJournal;
  readonly partBytes: number;
  readonly connections: number;
  readonly sleep: Sleep;
  readonly openPart: (path: string) => Promise<PartFile>;
  /** Called with the number of bytes written; negative when written bytes are discarded. */
  readonly onBytes: (bytes: number, file: string) => void;
}

/** The server has another version of the file than the one whose download was started. */
class FileChanged extends Error {
  override readonly name = "FileChanged";
}

/** Bytes of the file that an earlier run has downloaded and this one keeps. */
export function keptBytes(file: RemoteFile, { journal, partBytes }: Pick<Transfer, "journal" | "partBytes">): number {
  const state = journal.files.get(file.path);
  if (state === undefined || !isSame(state, file, partBytes)) return 0;
  return [...state.parts].reduce((sum, part) => sum + partLength(part, file, partBytes), 0);
}

/** @throws PackageError when the server rejects the request, or twice the file changes or has the wrong checksum */
export async function downloadFile(
  file: RemoteFile,
  transfer: Transfer,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { folder, journal, partBytes, onBytes } = transfer;
  const path = partPath(folder, file.path);
  const count = createCount(keptBytes(file, transfer), (bytes) => onBytes(bytes, file.path));
  for (let attempt = 1; ; attempt++) {
    const kept = journal.files.get(file.path);
    if (attempt > 1 || !kept || !isSame(kept, file, partBytes)) {
      await rm(path, { force: true });
      count.clear();
      await journal.add({ file: file.path, content: file.content?.digest, sizeBytes: file.sizeBytes, partBytes });
    }
    const state = journal.files.get(file.path) as FileState;
    const fault = await fetchParts(file, state, count, transfer, signal).then(
      () => faultOf(path, file, signal),
      (error: unknown) => {
        if (error instanceof FileChanged) return error.message;
        throw error;
      },
    );
    if (fault === undefined) break;
    if (attempt === 2) {
      throw new PackageError(
        `${file.path}: ${fault}, twice; the server or a proxy is at fault: retry later or use a mirror`,
      );
    }
  }
  await rename(path, join(folder, file.path));
  await journal.add({ file: file.path, finished: true });
}

/** True if the journal's parts belong to this version of the file. Without a content id that is unknown, so false. */
function isSame(state: FileState, { content, sizeBytes }: RemoteFile, partBytes: number): boolean {
  return (
    content !== undefined &&
    state.content === content.digest &&
    state.sizeBytes === sizeBytes &&
    state.partBytes === partBytes &&
    !state.finished
  );
}

function partLength(part: number, { sizeBytes }: RemoteFile, partBytes: number): number {
  return Math.min(partBytes, sizeBytes - part * partBytes);
}

async function faultOf(path: string, file: RemoteFile, signal: AbortSignal | undefined): Promise<string | undefined> {
  if (file.content === undefined) return undefined;
  const { algorithm, digest } = file.content;
  const found = await contentDigest(path, file.sizeBytes, algorithm, signal);
  return found === digest ? undefined : `its ${algorithm} checksum is ${found}, not ${digest} as the hub states`;
}

async function fetchParts(
  file: RemoteFile,
  state: FileState,
  count: Count,
  transfer: Transfer,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { folder, journal, partBytes, connections } = transfer;
  await using output = await transfer.openPart(partPath(folder, file.path));
  const left = Array.from({ length: Math.ceil(file.sizeBytes / partBytes) }, (_, part) => part).filter(
    (part) => !state.parts.has(part),
  );
  const finish = async (parts: readonly number[]): Promise<void> => {
    await writing(partPath(folder, file.path), () => output.sync());
    for (const part of parts) await journal.add({ file: file.path, part });
  };
  const [first, ...others] = left;
  if (first === undefined) return;
  const source: Source = { file, transfer, output, count, etag: undefined };
  // The first part alone: its response has the file's version, and shows whether the server supports ranges.
  if (await fetchPart(first, source, true, signal)) return finish(left);
  await finish([first]);
  await inParallel(others, connections, signal, async (part, either) => {
    await fetchPart(part, source, false, either);
    await finish([part]);
  });
}

/** Counts the bytes written to a file. */
interface Count {
  add(bytes: number): void;
  /** Discards all bytes written so far. */
  clear(): void;
}

function createCount(keptBytes: number, onBytes: (bytes: number) => void): Count {
  let writtenBytes = keptBytes;
  const add = (bytes: number): void => {
    writtenBytes += bytes;
    onBytes(bytes);
  };
  return { add, clear: () => add(-writtenBytes) };
}

interface Source {
  readonly file: RemoteFile;
  readonly transfer: Transfer;
  readonly output: PartFile;
  readonly count: Count;
  /** The first response's ETag. */
  etag: string | undefined;
}

/** @returns true if the server sent the whole file instead, which only the first part accepts */
async function fetchPart(
  part: number,
  source: Source,
  isFirst: boolean,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const { file, transfer, output, count } = source;
  const { hub, partBytes } = transfer;
  let position = part * partBytes;
  let end = position + partLength(part, file, partBytes);
  let furthest = position;
  let isWhole = false;
  await persistently(
    async (progressed) => {
      if (position === end) return;
      const headers = { ...hub.identity.headers, ...condition(source.etag), range: `bytes=${position}-${end - 1}` };
      const response = await get(file.url, { "accept-encoding": "identity", ...headers }, hub.identity, signal);
      try {
        checkVersion(response, position, source);
        if (response.status !== 206) {
          if (!isFirst) throw new FileChanged("it changed on the server while it was fetched");
          isWhole = true; // it starts at byte 0 whatever the range
          count.clear();
          position = 0;
          end = file.sizeBytes;
        }
        for await (const bytes of bodyOf(response)) {
          if (position + bytes.length > end) throw new FileChanged("the server sent more bytes than its list states");
          await writing(partPath(transfer.folder, file.path), () => output.write(bytes, position));
          position += bytes.length;
          count.add(bytes.length);
          if (position > furthest) progressed();
          furthest = Math.max(furthest, position);
        }
      } finally {
        await response.body?.cancel().catch(() => {});
      }
      if (position < end) throw new PassingFailure(`${new URL(response.url).host} ended ${file.path} early`);
    },
    transfer.sleep,
    signal,
  );
  return isWhole;
}

/** A weak tag does not guarantee equal bytes, so it cannot be a condition of a range. */
function condition(etag: string | undefined): Record<string, string> {
  return etag === undefined || etag.startsWith("W/") ? {} : { "if-range": etag };
}

function checkVersion(response: Response, position: number, source: Source): void {
  const etag = response.headers.get("etag") ?? undefined;
  if (source.etag !== undefined && etag !== source.etag) {
    throw new FileChanged("the file changed on the server during the download");
  }
  source.etag = etag;
  if (response.status !== 206) return;
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  if (Number(start) !== position || (total !== "*" && Number(total) !== source.file.sizeBytes)) {
    throw new FileChanged("the server sent another range or size than requested");
  }
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  try {
    yield* response.body;
  } catch (cause) {
    throw new PassingFailure(`${new URL(response.url).host}: connection lost (${reasonOf(cause)})`, { cause });
  }
}

/** Runs `work` on several items at a time. The first failure stops the others and is thrown. */
async function inParallel<T>(
  items: readonly T[],
  lanes: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any(signal ? [signal, stop.signal] : [stop.signal]);
  const queue = items.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    try {
      for (const item of queue) {
        either.throwIfAborted();
        await work(item, either);
      }
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}
