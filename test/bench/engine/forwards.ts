/** Compares the engine's number of forwards with the reference's, for the same tokens. */

import { Lookahead } from "../../../gpu-worker/src/decoding/lookahead.ts";
import type { DecodeOptions } from "../../../gpu-worker/src/decoding/open-window.ts";
import { decodingParameters } from "../../../gpu-worker/src/engine/presets.ts";
import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { type Model, openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { ahead, decodeWith, type ModelOf } from "../../support/models/decode-with.ts";
import {
  convertGolden,
  type GoldenName,
  goldenOptions,
  goldenRuns,
  leastForwards,
} from "../../support/models/golden.ts";
import { demoPrompts, SHIPPED_MODEL } from "./requests.ts";

const PROMPTS = 200;
const ANSWER_TOKENS = 256;
const PAGES = 64;

/** A prompt to decode, with the reference's number of forwards, or else that of the plain loop. */
interface Run {
  readonly mode: string;
  readonly prompt: readonly number[];
  readonly options: DecodeOptions;
  readonly reference?: { readonly forwards: number; readonly least: number; readonly tokens: readonly number[] };
}

export async function benchForwards(): Promise<void> {
  console.log(
    "Reference: the recorded runs' own count; for the demo prompts, one block at a time, as the reference does.",
  );
  console.log(
    "Least: one less for every block but the last that a forward confirmed. Tokens are compared run by run.\n",
  );
  console.log(
    "| runs | mode | answers | tokens equal | reference | least | engine | engine : reference | commit forwards |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const name of ["tiny-21", "demo-21"] as const) {
    await using golden = await convertGolden(name, { quantization: "none", ranks: 1 });
    await report(`${name}, golden`, golden.folder, await readManifest(golden.folder), goldenBench(name));
  }
  const manifest = await readManifest(SHIPPED_MODEL);
  await report(`shipped, ${PROMPTS} prompts`, SHIPPED_MODEL, manifest, await demoBench(manifest));
}

function goldenBench(name: GoldenName): Run[] {
  return goldenRuns(name).map((run) => {
    const reference = { forwards: run.forwards, least: leastForwards(run), tokens: run.output };
    return { mode: run.mode, prompt: run.prompt, options: goldenOptions(name, run), reference };
  });
}

async function demoBench(manifest: Manifest): Promise<Run[]> {
  const { blockLength, maskToken, eosTokens } = manifest;
  const prompts = await demoPrompts(manifest, PROMPTS);
  const modes = { quality: { mode: "quality" }, speed: { mode: "speed" }, v20: { rule: "2.0" } } as const;
  return Object.entries(modes).flatMap(([mode, decoding]) =>
    prompts.map((prompt) => {
      const limits = { blockLength, maskToken, eosTokens: new Set(eosTokens), maxTokens: ANSWER_TOKENS };
      return { mode, prompt, options: { decoding: decodingParameters(decoding, false), ...limits } };
    }),
  );
}

async function report(label: string, folder: string, manifest: Manifest, runs: readonly Run[]): Promise<void> {
  // Counts every forward, whatever its purpose: the first layer with a router runs once in each.
  let ran = 0;
  const onRoute = (layer: number) => {
    if (layer === manifest.config.denseLayers) ran++;
  };
  await using model = await openModel(folder, manifest, { threads: 1, pages: PAGES, onRoute });
  for (const [mode, some] of Map.groupBy(runs, (run) => run.mode)) {
    let [equal, reference, least, engine, commits] = [0, 0, 0, 0, 0];
    for (const run of some) {
      const expected = run.reference ?? (await plainly(model, run));
      const sequence = model.sequence(pages());
      const before = ran;
      const { tokens } = await outputOf(ahead(sequence), run);
      commits += ran - before - sequence.counts.forwards - sequence.counts.prefillForwards;
      if (tokens.join() === expected.tokens.join()) equal++;
      reference += expected.forwards;
      least += expected.least;
      engine += sequence.counts.forwards;
    }
    const share = (engine / reference).toFixed(3);
    console.log(
      `| ${label} | ${mode} | ${some.length} | ${equal} | ${reference} | ${least} | ${engine} | ${share} | ${commits} |`,
    );
  }
}

/** Decodes one block per forward: the twin of lookahead. */
async function plainly(model: Model, run: Run) {
  const sequence = model.sequence(pages());
  const withoutNext = () => new Lookahead(sequence, { nextBlockQuery: () => undefined });
  const { tokens, confirmed } = await outputOf(withoutNext, run);
  const { forwards } = sequence.counts;
  return { tokens, forwards, least: forwards - confirmed };
}

/** @returns the tokens, and how many blocks except the last ended with a step that changed nothing */
async function outputOf(model: ModelOf, { prompt, options }: Run) {
  const tokens: number[] = [];
  let [confirmed, stable] = [0, false];
  for await (const step of decodeWith(model, prompt, options, new AbortController().signal)) {
    if (step.kind === "commit") {
      tokens.push(...step.cells);
      if (stable && step.finish === undefined) confirmed++;
    }
    stable = step.kind === "denoise" && step.edits.length === 0;
  }
  return { tokens, confirmed };
}

function pages(): number[] {
  return Array.from({ length: PAGES }, (_, page) => page);
}
