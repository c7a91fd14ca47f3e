/** Where `palimpsest keys` reads and writes descriptions of API keys: a file, or the bucket of a fleet. */
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { type KeyDescription, keyDescription, keyFile, parseDescribed } from "@palimpsest/edge/keys";
import { isOvertaken, openKeyBuckets, readKeyChanges } from "@palimpsest/fleet";
import { dialNats, jetStreamOf, natsEnvironment } from "@palimpsest/fleet/connection";
import { UsageError } from "./usage-error.ts";

export interface KeyStore extends AsyncDisposable {
  list(): Promise<KeyDescription[]>;
  /** Replaces a description; `change` returns undefined to delete it. */
  change(id: string, change: (before: KeyDescription | undefined) => KeyDescription | undefined): Promise<void>;
}

/** Only its owner may read it: the digests are no secrets, the names of clients may be. */
const FILE_MODE = 0o600;

export function openKeyFile(path: string): KeyStore {
  const list = async (): Promise<KeyDescription[]> => {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return '{ "keys": [] }';
      throw error;
    });
    return parsed(path, () => parseDescribed(keyFile, text).keys);
  };
  return {
    list,
    async change(id, change) {
      const draft = `${path}.new`;
      // Two programs that write at once would lose a key: the draft is the lock.
      await writeFile(draft, "", { flag: "wx", mode: FILE_MODE }).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== "EEXIST") throw cause;
        throw new UsageError(`${draft} exists: another program writes the keys; if none does, delete it`);
      });
      try {
        const keys = await list();
        const changed = change(keys.find((key) => key.id === id));
        const others = keys.filter((key) => key.id !== id);
        await writeFile(draft, `${JSON.stringify({ keys: [...others, ...(changed ? [changed] : [])] }, null, 2)}\n`);
        await chmod(draft, FILE_MODE);
        await rename(draft, path);
      } finally {
        await rm(draft, { force: true });
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Reads user, credentials and certificates from the environment, as an edge does. @throws UsageError when NATS is unreachable */
export async function openKeyBucket(url: string): Promise<KeyStore> {
  const settings = natsEnvironment.parse({ ...process.env, NATS_URL: url });
  const connection = await dialNats(settings)
    .connect("palimpsest keys")
    .catch((cause: Error) => {
      throw new UsageError(`cannot connect to ${url} (${cause.message})`);
    });
  await using opening = new AsyncDisposableStack();
  opening.defer(() => connection.close());
  const streamReplicas = Number(process.env.STREAM_REPLICAS ?? 1);
  const jsm = await jetStreamOf(connection, streamReplicas);
  const { keys: bucket } = await openKeyBuckets(jsm, { streamReplicas });
  const opened = opening.move();

  const read = async (id: string) => {
    const entry = await bucket.get(id);
    if (entry === null || entry.operation !== "PUT") return { revision: entry?.revision ?? 0 };
    const key = parsed(`key ${id}`, () => parseDescribed(keyDescription, entry.string()));
    return { key, revision: entry.revision };
  };
  return {
    async list() {
      const changes = await readKeyChanges(jsm, 0);
      return changes.flatMap(({ id, text }) =>
        text === undefined ? [] : parsed(`key ${id}`, () => parseDescribed(keyDescription, text)),
      );
    },
    async change(id, change) {
      for (;;) {
        const { key, revision } = await read(id);
        const changed = change(key);
        try {
          if (changed === undefined) await bucket.delete(id, { previousSeq: revision });
          else if (revision === 0) await bucket.create(id, JSON.stringify(changed));
          else await bucket.update(id, JSON.stringify(changed), revision);
          return;
        } catch (error) {
          if (!isOvertaken(error)) throw error;
        }
      }
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function parsed<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(`${what}: ${(error as Error).message}`);
  }
}
