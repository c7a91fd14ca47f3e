/** Builds the playground with recorded runs: a page that needs no server. */
import { globSync } from "node:fs";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPlayground } from "../edge/playground/build.ts";
import { parseRun } from "../edge/playground/share.ts";

const recordings = fileURLToPath(new URL("recordings", import.meta.url));

export async function buildRecordedPlayground(outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const script = fileURLToPath(new URL("recorded-page.ts", import.meta.url));
  for (const [path, { body }] of await buildPlayground(script)) {
    await writeFile(join(outDir, path === "/" ? "index.html" : path), await body());
  }
  await appendFile(join(outDir, "playground.css"), await readFile(new URL("recorded-page.css", import.meta.url)));
  const names = globSync("*.json", { cwd: recordings }).toSorted();
  const runs = await Promise.all(names.map(async (name) => parseRun(await readFile(join(recordings, name), "utf8"))));
  await writeFile(join(outDir, "runs.json"), JSON.stringify(runs));
}
