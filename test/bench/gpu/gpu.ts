/**
 * `npm run bench -- gpu`: the first minutes on a GPU. It names the adapter, checks that results are right, then measures. Each
 * section is a process of its own, so a driver that crashes or hangs costs one section. Tables are printed as soon as they are
 * there, and kept in a file: run again, it goes on with the sections that are missing.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { bundleGpuBench } from "./bundle.ts";
import { linkCudaLibraries } from "./cuda-libraries.ts";
import { type GpuSection, sectionNames } from "./sections.ts";

const SECTION = fileURLToPath(new URL("./section.ts", import.meta.url));
const RESULTS = fileURLToPath(new URL("../../../.palimpsest/bench-gpu.json", import.meta.url));

/** The whole run, so that ten minutes on a machine are enough. */
const LIMIT_S = 530;

/** Times an equal share of the time that is left, at most, for a section: most take seconds, and one that hangs leaves time. */
const MOST_SHARES = 2;
const ADAPTERS_SHARE = 0.2;

const stored = z.object({ key: z.string(), sections: z.record(z.string(), z.string()) });
type Stored = z.infer<typeof stored>;

export async function benchGpu(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      /** Divides the widths of mini and flash, for a software driver. */
      scale: { type: "string", default: "1" },
      /** Sections to run, separated by commas; all by default. */
      only: { type: "string" },
      limit: { type: "string", default: String(LIMIT_S) },
      results: { type: "string", default: RESULTS },
      /** Writes an archive of this benchmark with all that it needs, for a machine without a network. */
      bundle: { type: "string" },
      /** Adds demo-21 to the archive. */
      "with-demo-21": { type: "boolean", default: false },
    },
  });
  if (values.bundle !== undefined) return bundleGpuBench(values.bundle, values["with-demo-21"]);
  const wanted = values.only?.split(",") ?? sectionNames;
  const unknown = wanted.find((name) => !sectionNames.includes(name as GpuSection));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: must be some of ${sectionNames.join(",")}`);
  const endMs = Date.now() + Number(values.limit) * 1000;
  if (process.env.ORT_CUDA_LIBRARIES !== undefined) await linkCudaLibraries(process.env.ORT_CUDA_LIBRARIES);
  const first = await runSection("adapters", { scale: values.scale, endMs, share: ADAPTERS_SHARE });
  const results = await readResults(values.results, `${first.text}\nscale ${values.scale}`);
  const rest = sectionNames.filter((name) => name !== "adapters" && wanted.includes(name));
  for (const [i, name] of rest.entries()) {
    const known = results.sections[name];
    if (known !== undefined) {
      console.log(`\n## ${name}, from an earlier run (${values.results})\n\n${known.trim()}`);
      continue;
    }
    const share = Math.min(1, MOST_SHARES / (rest.length - i));
    const { text, isWhole } = await runSection(name, { scale: values.scale, endMs, share });
    if (!isWhole) continue;
    results.sections[name] = text;
    await mkdir(dirname(values.results), { recursive: true });
    await writeFile(values.results, JSON.stringify(results));
  }
}

/** Prints what a section prints. A section is whole if it ended by itself and in time. */
async function runSection(
  name: GpuSection,
  { scale, endMs, share }: { readonly scale: string; readonly endMs: number; readonly share: number },
): Promise<{ text: string; isWhole: boolean }> {
  const leftMs = endMs - Date.now();
  console.log(`\n## ${name}\n`);
  if (leftMs < 1000) {
    console.log("not run: no time is left; run again to go on here");
    return { text: "", isWhole: false };
  }
  const limitMs = leftMs * share;
  const env = { ...process.env, BENCH_UNTIL_MS: String(Date.now() + 0.8 * limitMs), BENCH_SCALE: scale };
  const child = spawn(process.execPath, [SECTION, name], { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
    process.stdout.write(chunk);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  const [code, signal] = await once(child, "exit");
  clearTimeout(timer);
  if (code !== 0) console.log(`\nthe section ended with ${signal ?? `exit code ${code}`}; run again to repeat it`);
  return { text, isWhole: code === 0 };
}

/** Those of the same adapter, driver, limits and scale. */
async function readResults(file: string, key: string): Promise<Stored> {
  const fresh = { key, sections: {} };
  try {
    const results = stored.parse(JSON.parse(await readFile(file, "utf8")));
    return results.key === key ? results : fresh;
  } catch {
    // There is none, or a run was killed while it wrote.
    return fresh;
  }
}
