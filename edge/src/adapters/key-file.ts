/** API keys in a file. Its changes count within seconds: a mounted Secret is replaced without a sign that a watcher sees. */
import { readFile } from "node:fs/promises";
import { every } from "../clock.ts";
import { parseKeyFile } from "../keys/key-description.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { Clock, Log } from "../ports.ts";

const REFRESH_MS = 2_000;

export interface KeyFileOptions {
  readonly ring: KeyRing;
  readonly clock: Clock;
  readonly log: Log;
}

/** @throws Error when the file cannot be read or is no file of keys; later that is only logged, and the keys stay */
export async function watchKeyFile(path: string, { ring, clock, log }: KeyFileOptions): Promise<Disposable> {
  let known: string | undefined;
  const read = async () => {
    const text = await readFile(path, "utf8");
    if (text === known) return;
    known = text;
    const keys = await parseKeyFile(text).catch((cause: Error) => {
      throw new Error(`${path}: ${cause.message}`, { cause });
    });
    ring.set(path, keys);
    log.info({ file: path, keys: keys.length }, "read the API keys");
  };
  await read().catch((cause: Error) => {
    throw new Error(`API_KEYS_FILE: ${cause.message}`, { cause });
  });
  let isReading = false;
  return every(clock, REFRESH_MS, () => {
    if (isReading) return;
    isReading = true;
    void read()
      .catch((error) => log.error({ file: path, err: error }, "could not read the API keys; those that are known stay"))
      .finally(() => {
        isReading = false;
      });
  });
}
