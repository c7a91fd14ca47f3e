import { execFile } from "node:child_process";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeCheckpoint } from "../../test/support/models/checkpoint.ts";

let folder: string;
let checkpoint: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cli-"));
  checkpoint = join(folder, "tiny");
  await writeCheckpoint(checkpoint);
});
afterAll(() => rm(folder, { recursive: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function palimpsest(...args: string[]): Promise<Outcome> {
  const program = fileURLToPath(new URL("palimpsest.js", import.meta.url));
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

it("convert writes a package that inspect describes and verifies", async () => {
  const target = join(folder, "int4");
  const converted = await palimpsest(
    "convert",
    checkpoint,
    target,
    "--quantize",
    "int4",
    "--ranks",
    "2",
    "--eos",
    "3,4",
  );
  expect(converted).toMatchObject({ code: 0, out: expect.stringContaining(`${target}: tiny, `) });
  expect(converted.err).toContain("100 %");
  const inspected = await palimpsest("inspect", target, "--verify");
  expect(inspected).toMatchObject({ code: 0, err: "" });
  expect(inspected.out).toMatch(/experts +8 in 4 groups, 3 and 1 shared for each token/);
  expect(inspected.out).toMatch(/stop at 3, 4/);
  const json = JSON.parse((await palimpsest("inspect", target, "--json")).out);
  expect(json).toMatchObject({ quantization: "int4", ranks: 2, rankBytes: [expect.any(Number), expect.any(Number)] });
});

it("inspect finds a file that is longer, changed or missing", async () => {
  const target = join(folder, "damaged");
  await palimpsest("convert", checkpoint, target);
  await appendFile(join(target, "head.bin"), "x");
  await rm(join(target, "layer-00.bin"));
  expect(await palimpsest("inspect", target)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/layer-00\.bin: missing; .*head\.bin: \d+ bytes, but the manifest states \d+; copy/),
  });
  await writeFile(join(target, "layer-01.onnx"), Buffer.alloc((await inspectSize(target, "layer-01.onnx")) ?? 0));
  expect((await palimpsest("inspect", target, "--verify")).err).toContain("layer-01.onnx: its checksum differs");
});

async function inspectSize(target: string, file: string): Promise<number | undefined> {
  const { files } = JSON.parse((await palimpsest("inspect", target, "--json")).out);
  return files.find(({ path }: { path: string }) => path === file)?.sizeBytes;
}

it("a faulty checkpoint prints one line on stderr and exits with code 1", async () => {
  const { code, out, err } = await palimpsest("convert", join(folder, "nowhere"), join(folder, "out"));
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(/^error: .*nowhere: .*neither model\.safetensors nor .*\n$/);
});

it.each([
  [["convert"], "missing required argument 'checkpoint'"],
  [["convert", "a", "b", "--ranks", "0"], "'--ranks <n>' argument '0' is invalid"],
  [["convert", "a", "b", "--block-length", "31"], "'--block-length <n>' argument '31' is invalid. It must be even."],
  [["convert", "a", "b", "--eos", "1,x"], "'--eos <ids>' argument '1,x' is invalid"],
  [["convert", "a", "b", "--quantize", "int2"], "Allowed choices are none, int8, int4"],
  [["teleport"], "unknown command 'teleport'"],
  [[], "Usage: palimpsest"],
])("reports wrong usage %j and exits with code 2", async (args, message) => {
  expect(await palimpsest(...args)).toMatchObject({ code: 2, err: expect.stringContaining(message) });
});

it("--help exits with code 0", async () => {
  expect(await palimpsest("convert", "--help")).toMatchObject({
    code: 0,
    out: expect.stringContaining("--mask-token"),
  });
});
