/**
 * `npm run bench -- flash`: the released size of 100 billion parameters, once, whole, on one machine. The package is built layer
 * by layer, with random weights, and decoded over four ranks from weights that are mapped from the disk. Everything that ended is
 * kept beside the package: run again, it goes on.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ModelConfig, parseConfig } from "../../../gpu-worker/src/model/config.ts";
import { releasedShapes } from "../../../tools/convert/released-shapes.ts";
import { type RandomPackageForm, writeRandomPackage } from "../../support/models/random-package.ts";
import { buildLayered, reckonRoom, rewireLayered } from "./layered-package.ts";
import { reportDecode, reportEquality, reportInMemory } from "./report.ts";
import type { DecodeFigures, EqualityFigures } from "./sections.ts";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const FOLDER = here("../../../.palimpsest/bench-flash");

const RANKS = 4;

/** A dense layer and two of the full width. */
const EQUALITY = { layers: 3, ranks: [1, 2, 4], vocabSize: 8192 } as const;

/** Both routings have the same weights. */
const SHAPES = ["flash", "flash-2.2"] as const;
type Shape = (typeof SHAPES)[number];

/** The parts that have ended. */
interface Results {
  readonly equality?: readonly EqualityFigures[];
  readonly decode?: Partial<Record<Shape, DecodeFigures>>;
}

export async function benchFlash(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      layers: { type: "string", default: String(releasedShapes.flash.num_hidden_layers) },
      /** Blocks to decode. */
      blocks: { type: "string", default: "3" },
      folder: { type: "string", default: FOLDER },
      /** Leaves the package. */
      keep: { type: "boolean", default: false },
    },
  });
  if (process.platform !== "linux") throw new Error(`flash reads /proc, which ${process.platform} does not have`);
  const folder = resolve(values.folder);
  const [layers, blocks] = [Number(values.layers), Number(values.blocks)];
  const whole = join(folder, `layers-${layers}`);
  await mkdir(whole, { recursive: true });
  await requireRoom(whole, formOf("flash", layers));
  const results = await openResults(join(whole, "results.json"));
  await results.once("equality", () => compareRanks(folder));
  reportEquality(results.kept.equality as readonly EqualityFigures[], EQUALITY.ranks);
  const startMs = performance.now();
  await buildLayered(whole, formOf("flash", layers), (name, place, of) => {
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    if (place % 8 === 0) console.log(`graph ${place} of ${of}, ${name}, after ${seconds} s`);
  });
  console.log(`the package was there after ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`);
  const routed = join(folder, `layers-${layers}-routed-by-block`);
  await rewireLayered(whole, routed, formOf("flash-2.2", layers));
  for (const shape of SHAPES) {
    await results.once(
      "decode",
      async () => ({
        ...results.kept.decode,
        [shape]: await section<DecodeFigures>("decode", { folder: shape === "flash" ? whole : routed, blocks }),
      }),
      results.kept.decode?.[shape] !== undefined,
    );
    reportDecode(shape, results.kept.decode?.[shape] as DecodeFigures);
  }
  reportInMemory(formOf("flash", layers).config, {
    equality: (results.kept.equality as readonly EqualityFigures[]).at(-1) as EqualityFigures,
    decode: results.kept.decode?.flash as DecodeFigures,
  });
  if (!values.keep) for (const path of [whole, routed]) await rm(path, { recursive: true });
}

function configOf(shape: Shape, layers: number, changes: Partial<ModelConfig> = {}): ModelConfig {
  return { ...parseConfig({ ...releasedShapes[shape], num_hidden_layers: layers }, shape).model, ...changes };
}

function formOf(shape: Shape, layers: number): RandomPackageForm {
  return { config: configOf(shape, layers), target: "cpu", quantization: "int4", ranks: RANKS };
}

async function requireRoom(folder: string, form: RandomPackageForm): Promise<void> {
  const { packageBytes, neededBytes, freeBytes } = await reckonRoom(folder, form);
  const giga = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  console.log(
    `flash, ${form.config.layers} layers, ${form.config.experts} experts, int4, ${form.ranks} ranks, random weights`,
  );
  console.log(`${giga(packageBytes)} on the disk; memory ${giga(totalmem())}; ${folder} has ${giga(freeBytes)} free\n`);
  if (freeBytes >= neededBytes) return;
  throw new Error(
    `${folder}: ${giga(neededBytes - freeBytes)} are missing: the package needs ${giga(neededBytes)} more; make room, name another ` +
      "disk with --folder, or give fewer --layers",
  );
}

/** One package at a time, since the disk may hold no more. */
async function compareRanks(folder: string): Promise<EqualityFigures[]> {
  const found: EqualityFigures[] = [];
  for (const ranks of EQUALITY.ranks) {
    const target = join(folder, `ranks-${ranks}`);
    await rm(target, { recursive: true, force: true });
    const config = configOf("flash", EQUALITY.layers, { vocabSize: EQUALITY.vocabSize });
    await writeRandomPackage(target, { config, target: "cpu", quantization: "int4", ranks });
    found.push(await section<EqualityFigures>("equality", { folder: target }));
    await rm(target, { recursive: true });
  }
  return found;
}

async function section<T>(name: string, settings: object): Promise<T> {
  const args = [here("sections.ts"), name, JSON.stringify(settings)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const output = await text(child.stdout);
  const [code, signal] = await exited;
  if (code !== 0) throw new Error(`the section ${name} ended with ${signal ?? `exit code ${code}`}`);
  return JSON.parse(output) as T;
}

async function openResults(file: string) {
  let kept: Results = JSON.parse(await readFile(file, "utf8").catch(() => "{}"));
  return {
    get kept() {
      return kept;
    },
    /** Runs what has not ended in an earlier run. */
    async once<K extends keyof Results>(
      name: K,
      run: () => Promise<NonNullable<Results[K]>>,
      isKept = kept[name] !== undefined,
    ): Promise<void> {
      if (isKept) return;
      kept = { ...kept, [name]: await run() };
      await writeFile(file, JSON.stringify(kept));
    },
  };
}
