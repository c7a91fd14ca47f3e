import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type HubServer, MODEL, startHubServer } from "../../test/support/programs/hub-server.ts";
import { type DownloadOptions, downloadCheckpoint, type WeightFiles } from "./download.ts";
import { DOWNLOAD_JOURNAL } from "./download-journal.ts";
import { openPartFile } from "./part-file.ts";
import { parseSource } from "./source.ts";

const PART = 10_000;
const WEIGHTS = "model.safetensors";
const SIZE = 5 * PART + 123;

let root: string;
let folder: string;
let hub: HubServer;
let slept: number[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "download-"));
  folder = join(root, "checkpoint");
  slept = [];
  hub = await startHubServer([
    ["config.json", Buffer.from("{}")],
    ["README.md", Buffer.from("not needed")],
    [WEIGHTS, randomBytes(SIZE)],
  ]);
});
afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

function download(options: Partial<DownloadOptions> = {}, signal?: AbortSignal): Promise<WeightFiles> {
  const { environment, ...rest } = options;
  return downloadCheckpoint(
    {
      source: { kind: "huggingface", id: MODEL },
      folder,
      environment: { HF_ENDPOINT: hub.endpoint, MODELSCOPE_ENDPOINT: hub.endpoint, ...environment },
      partBytes: PART,
      sleep: async (ms) => void slept.push(ms),
      ...rest,
    },
    signal,
  );
}

async function expectWhole(): Promise<void> {
  for (const file of ["config.json", WEIGHTS]) {
    expect(hub.files.get(file)?.equals(await readFile(join(folder, file)))).toBe(true);
  }
  expect((await readdir(folder)).sort()).toEqual(["config.json", DOWNLOAD_JOURNAL, WEIGHTS].sort());
}

function servedBytes(): number {
  return hub.served.filter(({ path }) => path === WEIGHTS).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Sends half of a response and breaks the connection. */
function breakOff(bytes: Buffer, response: ServerResponse): boolean {
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  return true;
}

it("downloads the files that a conversion reads in parts, and a second run downloads none", async () => {
  const progress: [number, number][] = [];
  await download({ onProgress: (doneBytes, totalBytes) => progress.push([doneBytes, totalBytes]) });
  await expectWhole();
  expect(hub.served.filter(({ path }) => path === WEIGHTS)).toHaveLength(6);
  expect(servedBytes()).toBe(SIZE);
  expect(progress.at(-1)).toEqual([SIZE + 2, SIZE + 2]);
  hub.served.length = 0;
  await download();
  expect(hub.served).toEqual([]);
});

it("without weights, downloads the other files and returns the weights' sizes", async () => {
  expect(await download({ withoutWeights: true })).toEqual(new Map([[WEIGHTS, SIZE]]));
  expect((await readdir(folder)).sort()).toEqual(["config.json", DOWNLOAD_JOURNAL].sort());
  expect(hub.served.map(({ path }) => path)).toEqual(["config.json"]);
});

it("downloads modelscope's files in the same way", async () => {
  hub.token = "ms-secret";
  await download({ source: { kind: "modelscope", id: MODEL }, environment: { MODELSCOPE_API_TOKEN: "ms-secret" } });
  await expectWhole();
  expect(hub.contentRequests.every(({ headers }) => headers.cookie === undefined)).toBe(true);
});

it("sends the token to the hub but not to the target of a redirect", async () => {
  hub.token = "hf_secret";
  await download({ environment: { HF_TOKEN: "hf_secret" } });
  await expectWhole();
  expect(hub.contentRequests).not.toHaveLength(0);
  expect(hub.contentRequests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});

it("resumes at the byte where a connection broke in mid-part", async () => {
  let broken = 0;
  hub.body = ({ path }, bytes, response) => path === WEIGHTS && broken++ < 3 && breakOff(bytes, response);
  await download();
  await expectWhole();
  const ranges = hub.served.map(({ range }) => range);
  expect(ranges).toContain(`bytes=5000-${PART - 1}`);
  expect(slept).toHaveLength(3);
});

it("gives up on a server that always breaks off at the same byte", async () => {
  hub.body = ({ path }, _, response) => path === WEIGHTS && response.destroy() !== undefined;
  await expect(download()).rejects.toThrow(
    /^127\.0\.0\.1:\d+.*, 8 times in a row; run the same command again to resume$/,
  );
  expect(slept).toHaveLength(7);
});

it("downloads a whole file from a server without ranges, and again after a break", async () => {
  hub.ranges = false;
  let broken = false;
  hub.body = ({ path }, bytes, response) => {
    if (path !== WEIGHTS || broken) return false;
    broken = true;
    return breakOff(bytes, response);
  };
  const progress: number[] = [];
  await download({ onProgress: (doneBytes) => progress.push(doneBytes) });
  await expectWhole();
  expect(progress.at(-1)).toBe(SIZE + 2);
  expect(Math.max(...progress)).toBe(SIZE + 2);
});

it("does not repeat files that a killed download had finished", async () => {
  const interrupt = new AbortController();
  hub.body = ({ path, range }) => {
    if (path !== WEIGHTS || range !== `bytes=${4 * PART}-${5 * PART - 1}`) return false;
    setTimeout(() => interrupt.abort(), 100); // the answer never comes
    return true;
  };
  await expect(download({}, interrupt.signal)).rejects.toThrow("aborted");
  const journal = join(folder, DOWNLOAD_JOURNAL);
  const parts = (await readFile(journal, "utf8")).match(new RegExp(`"file":"${WEIGHTS}","part"`, "g"))?.length ?? 0;
  expect(parts).toBeGreaterThanOrEqual(4);
  await writeFile(journal, '{"file":"model.saf', { flag: "a" }); // as a dying machine leaves it
  hub.body = undefined;
  hub.served.length = 0;
  await download();
  await expectWhole();
  expect(servedBytes()).toBeLessThanOrEqual(PART + 123);
});

it("downloads a file again if it changed between runs", async () => {
  hub.body = ({ range }) => range === `bytes=${2 * PART}-${3 * PART - 1}`;
  const interrupt = new AbortController();
  const stop = setTimeout(() => interrupt.abort(), 300);
  await expect(download({}, interrupt.signal)).rejects.toThrow("aborted");
  clearTimeout(stop);
  hub.body = undefined;
  hub.files.set(WEIGHTS, randomBytes(SIZE));
  hub.served.length = 0;
  await download();
  await expectWhole();
  expect(servedBytes()).toBe(SIZE);
});

it("does not mix two versions of a file that changes during a run", async () => {
  const after = randomBytes(SIZE);
  hub.body = ({ path }) => {
    if (path === WEIGHTS) hub.files.set(WEIGHTS, after);
    return false;
  };
  await expect(download()).rejects.toThrow(
    /^model\.safetensors: its sha256 checksum is \w+, not \w+ as the hub states, twice/,
  );
  expect(hub.contentRequests.some(({ headers }) => headers["if-range"] !== undefined)).toBe(true);
  expect(await readdir(folder)).not.toContain(WEIGHTS);
  hub.body = undefined;
  await download();
  await expectWhole();
});

it.each([WEIGHTS, "config.json"])("retries once after a wrong checksum of %s, then fails", async (file) => {
  hub.listedChecksums.set(file, "ab".repeat(20));
  await expect(download()).rejects.toThrow(
    /its (sha256|git-blob) checksum is \w+, not (ab)+ as the hub states, twice; /,
  );
  expect(hub.served.filter(({ path }) => path === file)).toHaveLength(file === WEIGHTS ? 12 : 2);
  expect(await readdir(folder)).not.toContain(file);
});

it("downloads a part again after a byte was corrupted in transit", async () => {
  let damaged = false;
  hub.body = ({ path }, bytes, response) => {
    if (path !== WEIGHTS || damaged) return false;
    damaged = true;
    response.end(Buffer.from(bytes).fill(0, 0, 9));
    return true;
  };
  await download();
  await expectWhole();
});

it("waits as long as a 429 response requests", async () => {
  let refused = false;
  hub.fault = (request, response) => {
    if (refused || !request.url?.includes(WEIGHTS)) return false;
    refused = true;
    response.writeHead(429, { "retry-after": "77" }).end();
    return true;
  };
  await download();
  await expectWhole();
  expect(slept).toEqual([77_000]);
});

it("survives temporary server errors", async () => {
  let failures = 0;
  hub.fault = (_, response) => failures++ < 2 && response.writeHead(503).end() !== undefined;
  await download();
  await expectWhole();
});

it("does not report a rejection by a redirect's target as the hub's own", async () => {
  hub.contentRefusals = 2;
  await download();
  await expectWhole();
  expect(slept).toHaveLength(2);
});

it("does not repeat a file that was renamed just before a crash", async () => {
  await download();
  const journal = join(folder, DOWNLOAD_JOURNAL);
  const text = await readFile(journal, "utf8");
  await writeFile(journal, text.replaceAll(/^.*"finished".*\n/gm, ""));
  hub.served.length = 0;
  await download();
  await expectWhole();
  expect(hub.served).toEqual([]);
});

it("reports a missing token, a wrong token and unaccepted terms with different errors", async () => {
  hub.token = "hf_secret";
  await expect(download()).rejects.toThrow(
    `org/tiny: ${hub.endpoint} requires a token (401): the model does not exist, or is private or gated; check the name, accept its ` +
      `terms at ${hub.endpoint}/org/tiny and set HF_TOKEN`,
  );
  await expect(download({ environment: { HF_TOKEN: "hf_secret" }, revision: "v9" })).rejects.toThrow(
    "has no revision v9",
  );
  await expect(download({ environment: { HF_TOKEN: "hf_other" } })).rejects.toThrow(
    "does not accept the token in HF_TOKEN",
  );
  await expect(download({ source: { kind: "modelscope", id: MODEL } })).rejects.toThrow("set MODELSCOPE_API_TOKEN");
  hub.fault = (_, response) => response.writeHead(403).end() !== undefined;
  await expect(download({ environment: { HF_TOKEN: "hf_secret" } })).rejects.toThrow("accept its terms at");
});

it.each(["huggingface", "modelscope"] as const)(
  "%s: reports a missing model and a missing revision differently",
  async (kind) => {
    await expect(download({ source: { kind, id: "org/other" } })).rejects.toThrow(
      `org/other: neither a local folder nor a model at ${hub.endpoint} (404); check the name`,
    );
    await expect(download({ source: { kind, id: MODEL }, revision: "v9" })).rejects.toThrow("has no revision v9");
    await download({ source: { kind, id: MODEL }, revision: "v1" });
    await expectWhole();
  },
);

it("names an unreachable hub and the variable that selects another", async () => {
  const endpoint = hub.endpoint;
  await hub[Symbol.asyncDispose]();
  await expect(download({ environment: { HF_ENDPOINT: endpoint } })).rejects.toThrow(
    `${endpoint} is unreachable (ECONNREFUSED); check the network, or name a mirror in HF_ENDPOINT`,
  );
  expect(slept).toEqual([]);
});

it("reports a full disk, and keeps finished files for the next run", async () => {
  const openFull: DownloadOptions["openPart"] = async (path) => {
    const file = await openPartFile(path);
    const write: typeof file.write = (bytes, position) => {
      if (position < 2 * PART) return file.write(bytes, position);
      throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    };
    return { ...file, write };
  };
  await expect(download({ openPart: openFull })).rejects.toThrow(
    `${join(folder, WEIGHTS)}.part: no space left on the disk; make room and run the same command again`,
  );
  hub.served.length = 0;
  await download();
  await expectWhole();
  expect(servedBytes()).toBeLessThanOrEqual(SIZE - PART);
});

it("reports a disk that is too small before the first byte", async () => {
  hub.fault = (request, response) => {
    if (!request.url?.includes("/tree/")) return false;
    const listed = [...hub.files.keys()].map((path) => ({ type: "file", path, size: 2 ** 60, oid: "0" }));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(listed));
    return true;
  };
  await expect(download()).rejects.toThrow(/checkpoint takes \d+ MB, its disk has \d+ MB free; make room/);
  expect(hub.served).toEqual([]);
});

it("ignores listed files outside the folder", async () => {
  const outside = ["../out.safetensors", "/tmp/out.safetensors", "a/../../out.safetensors", "..", ".safetensors"];
  for (const path of outside) hub.files.set(path, Buffer.from("outside"));
  await download();
  await expectWhole();
  expect(await readdir(root)).toEqual(["checkpoint"]);
});

it("rejects a model without weights", async () => {
  hub.files.delete(WEIGHTS);
  await expect(download()).rejects.toThrow(/org\/tiny at .* has no \*\.safetensors; name a model with a checkpoint/);
});

it("skips consumed files, and deletes files of another revision", async () => {
  hub.files.set("model-2.safetensors", Buffer.from("two"));
  await download({ skip: new Set([WEIGHTS]) });
  expect(servedBytes()).toBe(0);
  expect(await readdir(folder)).toContain("model-2.safetensors");
  hub.files.delete("model-2.safetensors");
  await download();
  await expectWhole();
});

it("rejects consumed shards of another checkpoint", async () => {
  await download();
  hub.files.set(WEIGHTS, Buffer.from("another model's"));
  await expect(download({ skip: new Set([WEIGHTS]) })).rejects.toThrow(
    `${WEIGHTS} was consumed by a conversion of another checkpoint`,
  );
});

it("prefers an existing folder to a hub's model of the same name", async () => {
  expect(await parseSource("inclusionAI/LLaDA2.1-mini")).toEqual({
    kind: "huggingface",
    id: "inclusionAI/LLaDA2.1-mini",
  });
  expect(await parseSource("modelscope:org/name")).toEqual({ kind: "modelscope", id: "org/name" });
  expect(await parseSource("tools/download")).toEqual({ kind: "folder", path: "tools/download" });
  for (const path of ["tiny", "./org/name", "/org/name", "a/b/c", "../b"]) {
    expect(await parseSource(path)).toEqual({ kind: "folder", path });
  }
});
