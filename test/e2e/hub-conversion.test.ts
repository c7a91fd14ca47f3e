/** Converts a hub's model while consuming its files, in a program that is killed twice. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readJournal } from "../../tools/convert/journal.ts";
import { releasedShapes } from "../../tools/convert/released-shapes.ts";
import { synthesizeCheckpoint } from "../../tools/convert/synth.ts";
import { type HubServer, MODEL, startHubServer } from "../support/programs/hub-server.ts";
import { patiently, until } from "../support/waiting.ts";

const PROGRAM = fileURLToPath(new URL("../../tools/cli/main.ts", import.meta.url));
const SHARD_BYTES = 4_000_000;

/** About 40 MB in bf16, so that the weights exceed the plan's allowance for graphs. */
const config = {
  ...releasedShapes.mini,
  num_hidden_layers: 4,
  hidden_size: 256,
  intermediate_size: 512,
  moe_intermediate_size: 256,
  num_experts: 32,
  vocab_size: 4096,
};

let root: string;
let hub: HubServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "palimpsest-hub-"));
  const local = join(root, "tiny");
  await synthesizeCheckpoint({ target: local, config, seed: 1, shardBytes: SHARD_BYTES });
  const files = await readdir(local);
  hub = await startHubServer(
    await Promise.all(files.map(async (file) => [file, await readFile(join(local, file))] as const)),
  );
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

// Five programs in sequence, each of which loads onnxruntime.
const TIMEOUT_MS = 180_000;

it("killed during the download and during the conversion, it ends as if undisturbed, within the disk that its plan names", {
  timeout: TIMEOUT_MS,
}, async () => {
  const options = ["--quantize", "int8", "--ranks", "2", "--mask-token", "0", "--eos", "1"];
  expect(await convert("tiny", "undisturbed", ...options).ended).toMatchObject({ code: 0 });
  const plan = (await convert(MODEL, "package", ...options, "--dry-run").ended).out;
  const [, most, mostConsuming] = /^disk +(.*) at most .*, (.*) with --consume$/m.exec(plan) as unknown as string[];
  expect(megabytes(mostConsuming)).toBeLessThan(megabytes(most));

  await using disk = watchDisk(["package", "package.partial", "package.checkpoint"]);
  const args = [MODEL, "package", ...options, "--consume"] as const;
  const shards = new Set<string>();
  const first = convert(...args);
  hub.body = ({ path }, bytes, response) => {
    if (path.endsWith(".safetensors")) shards.add(path);
    if (shards.size < 4) return false;
    response.write(bytes.subarray(0, bytes.length / 2), () => first.kill());
    return true;
  };
  expect(await first.ended).toMatchObject({ signal: "SIGKILL" });
  hub.body = undefined;

  const second = convert(...args);
  const consumed = async () => (await readJournal(join(root, "package.partial")))?.consumed ?? new Set();
  await until(async () => !second.isRunning() || (await consumed()).size > 0, patiently.timeout);
  second.kill();
  expect(await second.ended).toMatchObject({ signal: "SIGKILL" });
  const usedUp = await consumed();
  expect(await readdir(root)).not.toContain("package");

  hub.served.length = 0;
  const third = await convert(...args).ended;
  expect(third).toMatchObject({ code: 0, err: expect.stringMatching(/package\.partial: resuming after \d+ finished/) });
  expect(hub.served.filter(({ path }) => usedUp.has(path))).toEqual([]);
  expect(await contents("package")).toEqual(await contents("undisturbed"));
  const left = await readdir(join(root, "package.checkpoint"));
  expect(left.filter((file) => file.endsWith(".safetensors"))).toEqual([]);
  expect(disk.mostBytes()).toBeLessThanOrEqual(megabytes(mostConsuming) * 1e6);
  expect(disk.mostBytes()).toBeGreaterThan(SHARD_BYTES * shards.size);
});

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

function convert(...args: readonly string[]) {
  const env = { ...process.env, HF_ENDPOINT: hub.endpoint, HF_TOKEN: "" };
  const child = spawn(process.execPath, [PROGRAM, "convert", ...args], { cwd: root, env });
  let [out, err] = ["", ""];
  child.stdout.on("data", (bytes) => (out += bytes));
  child.stderr.on("data", (bytes) => (err += bytes));
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  child.once("close", (code, signal) => resolve({ code, signal, out, err }));
  return { ended, kill: () => child.kill("SIGKILL"), isRunning: () => child.exitCode === null };
}

/** Polls the total size of the files in the folders. */
function watchDisk(folders: readonly string[]): AsyncDisposable & { mostBytes(): number } {
  let mostBytes = 0;
  const stop = new AbortController();
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const files = (await Promise.all(folders.map((folder) => paths(join(root, folder))))).flat();
      const sizes = await Promise.all(
        files.map((file) =>
          stat(file).then(
            ({ size }) => size,
            () => 0,
          ),
        ),
      );
      mostBytes = Math.max(
        mostBytes,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      await setTimeout(2);
    }
  };
  const watching = watch();
  return {
    mostBytes: () => mostBytes,
    [Symbol.asyncDispose]() {
      stop.abort();
      return watching;
    },
  };
}

function paths(folder: string): Promise<string[]> {
  return readdir(folder).then(
    (names) => names.map((name) => join(folder, name)),
    () => [],
  );
}

/** Parses a printed figure. */
function megabytes(figure = ""): number {
  const [, value] = /^(\d+\.\d) MB$/.exec(figure) ?? [];
  expect(value, figure).toBeDefined();
  return Number(value);
}

/** Every file of a package, without its creation time. */
async function contents(folder: string): Promise<Map<string, string>> {
  const files = (await readdir(join(root, folder))).sort();
  const pairs = files.map(async (file) => [file, await readFile(join(root, folder, file), "latin1")] as const);
  const manifest = JSON.parse(await readFile(join(root, folder, "manifest.json"), "utf8"));
  return new Map([...(await Promise.all(pairs)), ["manifest.json", JSON.stringify({ ...manifest, created: 0 })]]);
}
