/**
 * The journal of a download, by which it is resumed: a file of JSON lines in its folder. A line is written after the data it
 * describes.
 */
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "@palimpsest/gpu-worker/files/optional-file";
import { z } from "zod";

export const DOWNLOAD_JOURNAL = "download.jsonl";

const begun = z.object({
  file: z.string(),
  /** Digest of the whole file, from the hub's list. */
  content: z.string().optional(),
  sizeBytes: z.int(),
  partBytes: z.int().positive(),
});
const line = z.union([
  begun,
  z.object({ file: z.string(), part: z.int() }),
  z.object({ file: z.string(), finished: z.literal(true) }),
]);

export type JournalEntry = z.infer<typeof line>;

/** Progress of a file. */
export interface FileState extends z.infer<typeof begun> {
  /** Numbers of the finished parts. */
  readonly parts: Set<number>;
  /** True if the file is complete, checked and renamed. */
  finished: boolean;
}

export interface DownloadJournal extends AsyncDisposable {
  readonly files: ReadonlyMap<string, FileState>;
  add(entry: JournalEntry): Promise<void>;
}

/** Continues the folder's journal, or starts one. */
export async function openDownloadJournal(folder: string): Promise<DownloadJournal> {
  const path = join(folder, DOWNLOAD_JOURNAL);
  const files = new Map<string, FileState>();
  for (const text of ((await ifExists(readFile(path, "utf8"))) ?? "").split("\n")) apply(parse(text), files);
  const handle = await open(path, "a");
  await handle.appendFile("\n"); // ends a last line that a crash cut off
  return {
    files,
    async add(entry) {
      apply(entry, files);
      await handle.appendFile(`${JSON.stringify(entry)}\n`);
      await handle.sync();
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

function apply(entry: JournalEntry | undefined, files: Map<string, FileState>): void {
  if (entry === undefined) return;
  const state = files.get(entry.file);
  if ("sizeBytes" in entry) files.set(entry.file, { ...entry, parts: new Set(), finished: false });
  else if ("part" in entry) state?.parts.add(entry.part);
  else if (state) state.finished = true;
}

/** Undefined for a line that a crash cut off. */
function parse(text: string): JournalEntry | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
