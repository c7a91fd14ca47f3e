/** The file that the parts of a download are written to: `NAME.part` until it is complete. */
import { open } from "node:fs/promises";
import { join } from "node:path";

export interface PartFile extends AsyncDisposable {
  write(bytes: Uint8Array, position: number): Promise<void>;
  sync(): Promise<void>;
}

export function partPath(folder: string, file: string): string {
  return join(folder, `${file}.part`);
}

/** Opens the file and keeps its content, or creates it. */
export async function openPartFile(path: string): Promise<PartFile> {
  const handle = await open(path, "r+").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return open(path, "w");
    throw cause;
  });
  return {
    async write(bytes, position) {
      for (let done = 0; done < bytes.length; ) {
        done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
      }
    },
    sync: () => handle.datasync(),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
