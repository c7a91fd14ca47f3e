/** A model package on disk: its manifest, and its graphs opened as onnxruntime sessions. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InferenceSession } from "onnxruntime-node";
import { PackageError } from "../errors.ts";
import { MANIFEST_FILE, type Manifest, parseManifest } from "../model/manifest.ts";

export interface SessionOptions {
  /** Threads that share one operator's work. More than one pays for dense layers only. */
  readonly threads: number;
}

/** Open graphs by name. */
export type Sessions = ReadonlyMap<string, InferenceSession>;

/** Reads a package's manifest. @throws PackageError where there is none, or it cannot be used */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const hint =
      cause.code === "ENOENT" ? `no ${MANIFEST_FILE}; a package is what "palimpsest convert" writes` : cause.message;
    throw new PackageError(`${folder}: ${hint}`, { cause });
  });
  return parseManifest(text, path);
}

/** Opens every graph of a package; weights are mapped, not read. @throws PackageError naming the file at fault */
export async function openSessions(folder: string, manifest: Manifest, options: SessionOptions): Promise<Sessions> {
  for (const { path, sizeBytes } of manifest.files) {
    const found = await stat(join(folder, path)).catch(() => undefined);
    if (found?.size !== sizeBytes) {
      throw new PackageError(
        `${join(folder, path)}: ${found?.size ?? "no"} bytes, the manifest says ${sizeBytes}; copy the package again`,
      );
    }
  }
  const sessions = new Map<string, InferenceSession>();
  for (const { name } of manifest.graphs) sessions.set(name, await openSession(join(folder, `${name}.onnx`), options));
  return sessions;
}

/** Opens one graph. */
export async function openSession(file: string, { threads }: SessionOptions): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      // A pool per session would keep its threads spinning while other sessions run.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (cause) {
    throw new PackageError(`${file}: onnxruntime cannot open it: ${(cause as Error).message}`, { cause });
  }
}
