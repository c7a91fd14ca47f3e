/**
 * The journal of a conversion, by which an interrupted one is resumed: a file of JSON lines in its folder. A line is on the
 * disk before anything relies on it.
 */
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ifExists } from "@palimpsest/gpu-worker/files/optional-file";
import { z } from "zod";

export const JOURNAL_FILE = "conversion.jsonl";

/** A complete file on the disk. */
export interface FinishedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Identifies a conversion by its output and its sources. Two with the same identity write the same bytes. */
export interface ConversionIdentity {
  readonly digest: string;
  /** Size and time of each of the checkpoint's files. */
  readonly sources: Readonly<Record<string, string>>;
}

/** A journal as read back. */
export interface Journal extends ConversionIdentity {
  readonly files: ReadonlyMap<string, FinishedFile>;
  /** Files of the checkpoint that are or will be deleted. */
  readonly consumed: ReadonlySet<string>;
}

const identity = z.object({ digest: z.string(), sources: z.record(z.string(), z.string()) });
const line = z.union([
  identity,
  z.object({ path: z.string(), sizeBytes: z.int(), sha256: z.string() }),
  z.object({ consumed: z.string() }),
]);

/** Reads the journal in a folder. Undefined if there is none. */
export async function readJournal(folder: string): Promise<Journal | undefined> {
  const text = await ifExists(readFile(join(folder, JOURNAL_FILE), "utf8"));
  let latest: ConversionIdentity | undefined;
  const files = new Map<string, FinishedFile>();
  const consumed = new Set<string>();
  for (const json of (text ?? "").split("\n").map(parseJson)) {
    const entry = line.safeParse(json).data; // undefined for a line that a crash cut off
    if (entry === undefined) continue;
    if ("digest" in entry) latest = entry;
    else if ("consumed" in entry) consumed.add(entry.consumed);
    else files.set(entry.path, entry);
  }
  return latest && { ...latest, files, consumed };
}

export interface JournalWriter extends AsyncDisposable {
  add(entry: FinishedFile | { readonly consumed: string }): Promise<void>;
}

/** Continues the folder's journal, or starts one. @param identity of the current conversion */
export async function openJournal(folder: string, identity: ConversionIdentity): Promise<JournalWriter> {
  const handle = await open(join(folder, JOURNAL_FILE), "a");
  const add = async (entry: unknown): Promise<void> => {
    await handle.appendFile(`${JSON.stringify(entry)}\n`);
    await handle.sync();
    await syncFolder(folder); // the entry's file needs a durable name as well
  };
  await handle.appendFile("\n"); // ends a last line that a crash cut off
  await add(identity);
  return { add, [Symbol.asyncDispose]: () => handle.close() };
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
