/** Writes a file sequentially and computes its SHA-256. */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { writing } from "@palimpsest/gpu-worker/files/disk-space";

export interface OutputFile extends AsyncDisposable {
  /** Bytes written so far. */
  readonly position: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Writes zeros up to the next multiple of `bytes`. */
  align(bytes: number): Promise<void>;
  /** Flushes to the disk, so that the file is complete after a crash even if it is then renamed. */
  finish(): Promise<{ sizeBytes: number; sha256: string }>;
}

/** Creates or truncates a file. @throws PackageError when the disk is full */
export async function createOutputFile(path: string): Promise<OutputFile> {
  const handle = await open(path, "w");
  const hash = createHash("sha256");
  let position = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await writing(path, async () => {
      for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done)).bytesWritten;
    });
    position += bytes.length;
  };
  return {
    get position() {
      return position;
    },
    write,
    align: (bytes) => write(new Uint8Array((bytes - (position % bytes)) % bytes)),
    async finish() {
      await handle.sync();
      return { sizeBytes: position, sha256: hash.digest("hex") };
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
