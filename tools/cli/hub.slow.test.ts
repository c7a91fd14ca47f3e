import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeCheckpoint } from "../../test/support/models/checkpoint.ts";
import { type HubServer, MODEL, startHubServer } from "../../test/support/programs/hub-server.ts";

let root: string;
let local: string;
let hub: HubServer;
/** Value of the token variable in the environment. */
let token = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "cli-hub-"));
  local = join(root, "tiny");
  await writeCheckpoint(local, { shards: 2 });
  const files = await readdir(local);
  hub = await startHubServer(
    await Promise.all(files.map(async (file) => [file, await readFile(join(local, file))] as const)),
  );
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

function convert(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const program = fileURLToPath(new URL("palimpsest.js", import.meta.url));
  const env = {
    ...process.env,
    HF_ENDPOINT: hub.endpoint,
    MODELSCOPE_ENDPOINT: hub.endpoint,
    HF_TOKEN: token,
    MODELSCOPE_API_TOKEN: token,
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, "convert", ...args], { cwd: root, env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

/** Every file of a package, without its creation time. */
async function contents(folder: string): Promise<Map<string, string>> {
  const files = (await readdir(folder)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "base64")));
  const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8"));
  const pairs = files.map((file, i) => [file, texts[i] as string] as const);
  return new Map([...pairs, ["manifest.json", JSON.stringify({ ...manifest, created: 0 })]]);
}

it("a hub's model converts to the same package as its files in a folder", async () => {
  expect(await convert("tiny", "from-folder")).toMatchObject({ code: 0 });
  const expected = await contents(join(root, "from-folder"));
  expect(expected.size).toBeGreaterThan(10);
  for (const [source, target] of [[MODEL, "from-hub"] as const, [`modelscope:${MODEL}`, "from-modelscope"] as const]) {
    const converted = await convert(source, target);
    expect(converted).toMatchObject({ code: 0, out: expect.stringContaining(`${target}: tiny, `) });
    expect(converted.err).toContain("100 %");
    expect(await contents(join(root, target))).toEqual(expected);
    expect(await readdir(join(root, `${target}.checkpoint`))).toContain("model-00002-of-00002.safetensors");
  }
});

it("--download-dir keeps the files elsewhere, and a second conversion downloads none", async () => {
  expect(await convert(MODEL, "first", "--download-dir", "kept", "--revision", "v1")).toMatchObject({ code: 0 });
  hub.served.length = 0;
  expect(await convert(MODEL, "second", "--download-dir", "kept", "--quantize", "int8")).toMatchObject({ code: 0 });
  expect(hub.served).toEqual([]);
});

it("a dry run of a hub's model prints the plan of its files, downloads no weights and leaves nothing", async () => {
  const ofFolder = await convert("tiny", "planned", "--dry-run", "--quantize", "int4");
  const before = await readdir(root);
  hub.served.length = 0;
  [hub.token, token] = ["secret", "secret"];
  // Free space on the disk changes between runs.
  const plan = (out: string): string => out.replace(/^free .*\n/m, "");
  for (const source of [MODEL, `modelscope:${MODEL}`]) {
    const args = ["planned", "--dry-run", "--quantize", "int4", "--revision", "v1"] as const;
    const ofHub = await convert(source, ...args);
    expect(ofHub).toMatchObject({ code: 0, err: "" });
    expect(plan(ofHub.out.replace(", by the hub's list", ""))).toBe(plan(ofFolder.out));
  }
  expect((await convert(MODEL, "planned", "--dry-run", "--revision", "v9")).err).toMatch(/^error: org\/tiny: .*v9/);
  token = "";
  expect(await convert(MODEL, "planned", "--dry-run")).toMatchObject({
    code: 1,
    err: expect.stringContaining("HF_TOKEN"),
  });
  hub.token = undefined;
  expect(hub.served.map(({ path }) => path)).toEqual(expect.arrayContaining(["config.json"]));
  expect(hub.served.filter(({ path }) => path.endsWith(".safetensors"))).toEqual([]);
  expect(await readdir(root)).toEqual(before);
});

it("rejects a model that cannot become a package before any download", async () => {
  hub.served.length = 0;
  await writeFile(join(root, "file"), "");
  const outcomes = [
    [await convert("org/other", "out"), 1, "org/other: neither a local folder nor a model at http"],
    [await convert(MODEL, "out", "--revision", "v9"), 1, "has no revision v9"],
    [await convert(MODEL, "tiny"), 1, "tiny: not empty and not a model package"],
    [await convert("tiny", "out", "--revision", "v1"), 2, "--revision and --download-dir need a hub's model"],
    [await convert(MODEL, "out", "--revision", "../x"), 2, "It must be a branch, a tag or a commit."],
  ] as const;
  for (const [outcome, code, message] of outcomes) {
    expect(outcome).toMatchObject({ code, out: "", err: expect.stringContaining(message) });
    if (code === 1) expect(outcome.err).toMatch(/^error: .*\n$/);
  }
  expect(hub.served).toEqual([]);
});
