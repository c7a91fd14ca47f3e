/** Measures the download of a checkpoint from a local server, compared with plain fetches from the same server. */
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { contentDigest } from "../../tools/download/checksum.ts";
import { downloadCheckpoint } from "../../tools/download/download.ts";
import { MODEL } from "../support/programs/hub-server.ts";
import { mega } from "./child.ts";

const RUNS = 3;

export async function benchDownload(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { files: { type: "string", default: "4" }, megabytes: { type: "string", default: "250" } },
  });
  const sizeBytes = Number(values.megabytes) * 1e6;
  const files = Array.from({ length: Number(values.files) }, (_, i) => `model-${i + 1}.safetensors`);
  const totalBytes = files.length * sizeBytes;
  const root = await mkdtemp(join(tmpdir(), "palimpsest-download-"));
  const worker = new Worker(new URL("download-server.ts", import.meta.url), { workerData: { files, sizeBytes } });
  try {
    const [endpoint] = (await once(worker, "message")) as [string];
    console.log(
      `${files.length} files of ${mega(sizeBytes)} to ${root}, over loopback, the server in another thread; best of ${RUNS}\n`,
    );
    console.log("| download | seconds | a second | processor seconds, the server's included |\n|---|---|---|---|");
    const measure = async (label: string, run: (folder: string) => Promise<unknown>): Promise<void> => {
      let [best, busy] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let i = 0; i < RUNS; i++) {
        const folder = await mkdtemp(join(root, "run-"));
        const [startMs, before] = [performance.now(), process.cpuUsage()];
        await run(folder);
        best = Math.min(best, (performance.now() - startMs) / 1000);
        const { user, system } = process.cpuUsage(before);
        busy = Math.min(busy, (user + system) / 1e6);
        await rm(folder, { recursive: true });
      }
      console.log(`| ${label} | ${best.toFixed(2)} | ${mega(totalBytes / best)} | ${busy.toFixed(2)} |`);
    };
    await measure("plain fetch, not kept", async () => {
      for (const file of files) await plainFetch(endpoint, file, undefined);
    });
    await measure("plain fetch to files", async (folder) => {
      for (const file of files) await plainFetch(endpoint, file, join(folder, file));
    });
    await measure("the same, then their checksums", async (folder) => {
      for (const file of files) {
        await plainFetch(endpoint, file, join(folder, file));
        await contentDigest(join(folder, file), sizeBytes, "sha256", undefined);
      }
    });
    await measure("palimpsest", (folder) =>
      downloadCheckpoint({
        source: { kind: "huggingface", id: MODEL },
        folder,
        environment: { HF_ENDPOINT: endpoint },
      }),
    );
  } finally {
    await worker.terminate();
    await rm(root, { recursive: true });
  }
}

/** Fetches over one connection, and writes the file to the disk if a path is given. */
async function plainFetch(endpoint: string, file: string, path: string | undefined): Promise<void> {
  const response = await fetch(`${endpoint}/${MODEL}/resolve/0123456789abcdef0123456789abcdef01234567/${file}`);
  const body = response.body as ReadableStream<Uint8Array>;
  if (path === undefined) {
    for await (const _ of body);
    return;
  }
  await pipeline(Readable.fromWeb(body), createWriteStream(path));
  await using handle = await open(path);
  await handle.datasync();
}
