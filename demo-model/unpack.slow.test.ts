/** A package unpacked to a checkpoint and converted again is the same to the byte. */
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { goldenCheckpoint } from "../test/support/models/golden.ts";
import { convertCheckpoint } from "../tools/convert/convert.ts";

const golden = goldenCheckpoint("demo-21");
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "palimpsest-unpack-"));
});
afterEach(() => rm(folder, { recursive: true }));

it.each([
  ["int8", 1],
  ["int4", 2],
  ["none", 1],
] as const)(
  "a package in %s, split over %i, unpacks to a checkpoint that converts to the same weights",
  async (quantization, ranks) => {
    const [first, checkpoint, second] = ["first", "checkpoint", "second"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    const once = await convertCheckpoint({ source: golden, target: first, quantization, ranks });
    execFileSync(process.execPath, [join(import.meta.dirname, "unpack.ts"), first, checkpoint]);
    await cp(join(golden, "config.json"), join(checkpoint, "config.json"));
    const again = await convertCheckpoint({ source: checkpoint, target: second, quantization, ranks });
    const weights = ({ files }: typeof once) => files.filter(({ path }) => path.endsWith(".bin"));
    expect(weights(once).length).toBeGreaterThan(10);
    expect(weights(again)).toEqual(weights(once));
  },
);
