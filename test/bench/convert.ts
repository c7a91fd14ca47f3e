/** Measures how fast a checkpoint of mini's shape converts, and shows that memory does not grow with its layers. */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mega, palimpsest } from "./child.ts";

/** The first layer is dense; every other layer has 256 experts. */
const LAYERS = [2, 4, 8];

export async function benchConvert(): Promise<void> {
  console.log("mini's shape, random weights in bf16, to int4\n");
  console.log("| layers | checkpoint | package | seconds | checkpoint read | peak memory |\n|---|---|---|---|---|---|");
  for (const layers of LAYERS) {
    const folder = await mkdtemp(join(tmpdir(), "palimpsest-"));
    try {
      const [checkpoint, model] = [join(folder, "checkpoint"), join(folder, "package")];
      await palimpsest("synth", "--like", "mini", "--layers", String(layers), checkpoint);
      const sourceBytes = await folderBytes(checkpoint);
      const { seconds, peakBytes } = await palimpsest("convert", "--quantize", "int4", checkpoint, model);
      const rate = `${mega(sourceBytes / seconds)}/s`;
      const sizes = `${mega(sourceBytes)} | ${mega(await folderBytes(model))}`;
      console.log(`| ${layers} | ${sizes} | ${seconds.toFixed(0)} | ${rate} | ${mega(peakBytes)} |`);
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}

async function folderBytes(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
