/** Opens a package's graphs in a separate process and prints the seconds and memory by kind. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openSession, openSessions } from "../../gpu-worker/src/runtime/package.ts";

export interface LoadFigures {
  readonly seconds: number;
  /** The process's own memory, at the end and at its peak. */
  readonly ownBytes: number;
  readonly peakBytes: number;
}

const [folder = "", weights] = process.argv.slice(2);
const manifest = await readManifest(folder);
const startMs = performance.now();
const options = { threads: 1 };
if (weights === "prepared") await openSessions(folder, manifest, options);
// Without prepared weights: every graph packs its own.
else for (const { name } of manifest.graphs) await openSession(join(folder, `${name}.onnx`), options);
const seconds = (performance.now() - startMs) / 1000;

const status = await readFile("/proc/self/status", "utf8");
const bytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(status)?.[1]) * 1024;
const figures: LoadFigures = { seconds, ownBytes: bytes("RssAnon"), peakBytes: bytes("VmHWM") };
console.log(JSON.stringify(figures));
