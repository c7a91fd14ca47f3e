/**
 * Measures tokens per second by number of concurrent sequences, with the bound from bytes and operations, and the
 * latency of a short request among long ones.
 */

import type { GenerateRequest } from "@palimpsest/proto";
import type { Engine } from "../../../gpu-worker/src/engine/engine.ts";
import type { EngineModel } from "../../../gpu-worker/src/engine/sequence.ts";
import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { releasedShapes } from "../../../tools/convert/released-shapes.ts";
import type { EngineBenchOptions } from "./engine.ts";
import { recordedForwards, replaying } from "./replay.ts";
import { answer, demoPrompts, engineOn, median, processorMs, requestOf, SHIPPED_MODEL } from "./requests.ts";
import { boundSeconds, describeRoofline, measureMachine, recorder } from "./roofline.ts";
import { openSynthetic, type Synthetic } from "./synthetic.ts";

const SHIPPED = "shipped";
const TOGETHER = [1, 4, 16];
const PAGES = 1024;
const SHORT_RUNS = 3;
const LONG_TOKENS = 1024;

/**
 * In both models the experts' weights are far larger than any cache. Mini's sizes, with some of its layers and
 * vocabulary, are bound by operations on a CPU: a block of 32 rows selects each expert several times. The other model
 * is bound by memory: f32, many experts, few per token.
 */
const SYNTHETIC: readonly (Synthetic & { readonly label: string })[] = [
  {
    name: "mini",
    label: "mini's sizes",
    config: { ...releasedShapes.mini, num_hidden_layers: 5, vocab_size: 32768 },
    quantization: "int4",
  },
  {
    name: "sparse",
    label: "256 experts, 2 a token",
    config: {
      ...releasedShapes.mini,
      hidden_size: 1024,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      intermediate_size: 1024,
      num_shared_experts: 0,
      num_experts_per_tok: 2,
      num_hidden_layers: 4,
      vocab_size: 4096,
    },
    quantization: "none",
  },
];

interface Load {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Wraps the package's model for the engine. */
  readonly wrap: (model: EngineModel) => EngineModel;
  readonly requests: readonly GenerateRequest[];
  readonly threads: number;
}

export async function benchBatching({ threads, folder, models }: EngineBenchOptions): Promise<void> {
  const names = [SHIPPED, ...SYNTHETIC.map(({ name }) => name)];
  for (const name of models ?? names) {
    const synthetic = SYNTHETIC.find((one) => one.name === name);
    if (synthetic !== undefined) {
      await using opened = await openSynthetic(synthetic, folder);
      await measureSynthetic(opened.folder, synthetic.label, threads);
    } else if (name === SHIPPED) await measureShipped(threads);
    else throw new Error(`--model ${name}: name ${names.join(", ")}`);
  }
}

async function measureShipped(threads: number): Promise<void> {
  const manifest = await readManifest(SHIPPED_MODEL);
  const prompts = await demoPrompts(manifest, 96);
  console.log(`### shipped model, ${manifest.quantization}: ${prompts.length} demo prompts\n`);
  const requests = prompts.map((tokens) => requestOf({ kind: "tokens", tokens }, { maxTokens: 256 }));
  await measure({ folder: SHIPPED_MODEL, manifest, wrap: (model) => model, requests, threads });
}

async function measureSynthetic(folder: string, label: string, threads: number): Promise<void> {
  const manifest = await readManifest(folder);
  const recorded = recordedForwards();
  const requests = Array.from({ length: 32 }, (_, i) => longRequest(manifest, i, 64));
  const { layers, vocabSize } = manifest.config;
  const weights = manifest.quantization === "none" ? "f32" : manifest.quantization;
  console.log(`\n### ${label}, ${layers} layers, ${vocabSize} tokens, ${weights}, random weights\n`);
  console.log(`${requests.length} requests of 32 + 64 tokens; forwards per block as in demo-21's quality runs`);
  await measure({ folder, manifest, wrap: (model) => replaying(model, recorded, manifest), requests, threads });
}

async function measure({ folder, manifest, wrap, requests, threads }: Load): Promise<void> {
  const machine = await measureMachine(folder, manifest, threads);
  describeRoofline(manifest, machine, threads);
  const { records, onRoute } = recorder(manifest);
  await using model = await openModel(folder, manifest, { threads, pages: PAGES, onRoute });
  const capacity = Math.max(...TOGETHER);
  const engine = engineOn(wrap(model), manifest, { capacity, pages: PAGES, prefixCache: false });

  console.log(
    "| at once | tokens/s | gain | processor s | forwards | rows a forward | experts a layer | bound : seconds | allowed gain | gain : allowed |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  const answers: string[] = [];
  let alone: { seconds: number; bound: number } | undefined;
  for (const together of TOGETHER) {
    // The first forwards of a size allocate memory and map untouched weights.
    await runTogether(engine, requests.slice(0, together), together);
    records.length = 0;
    const { seconds, processorSeconds, found } = await runTogether(engine, requests, together);
    answers.push(found.map((tokens) => tokens.join()).join(";"));
    const bound = boundSeconds(records, manifest, machine);
    alone ??= { seconds, bound };
    const [gain, allowed] = [alone.seconds / seconds, alone.bound / bound];
    const cells = [
      together,
      (found.flat().length / seconds).toFixed(0),
      gain.toFixed(2),
      processorSeconds.toFixed(1),
      records.length,
      mean(records.map(({ rows }) => rows)).toFixed(0),
      mean(records.flatMap(({ experts }) => experts)).toFixed(0),
      (bound / seconds).toFixed(2),
      allowed.toFixed(2),
      (gain / allowed).toFixed(2),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  console.log(`\nthe same tokens in every row: ${new Set(answers).size === 1 ? "yes" : "NO"}`);
  console.log(`a request of 32 + 32 tokens among others of ${LONG_TOKENS}, median of ${SHORT_RUNS}:`);
  for (const together of TOGETHER) {
    console.log(`${together - 1} others: ${(await shortMs(engine, manifest, together - 1)).toFixed(0)} ms`);
  }
}

/** Runs this many clients, each of which sends its next request after an answer. */
async function runTogether(engine: Engine, requests: readonly GenerateRequest[], together: number) {
  const found: (readonly number[])[] = [];
  const left = requests.entries();
  const client = async (): Promise<void> => {
    for (const [which, request] of left) found[which] = (await answer(engine, request)).tokens;
  };
  const [startMs, before] = [performance.now(), processorMs()];
  await Promise.all(Array.from({ length: together }, client));
  const processorSeconds = (processorMs() - before) / 1000;
  return { seconds: (performance.now() - startMs) / 1000, processorSeconds, found };
}

/** Runs a request of one block while `others` long requests are decoded. @returns milliseconds from request to end */
async function shortMs(engine: Engine, manifest: Manifest, others: number): Promise<number> {
  const stop = new AbortController();
  const long = Array.from({ length: others }, (_, i) => {
    const decoding = Promise.withResolvers<void>();
    const run = async (): Promise<void> => {
      for await (const event of engine.generate(longRequest(manifest, 100 + i, LONG_TOKENS), stop.signal)) {
        if (event.type === "commit") decoding.resolve();
      }
    };
    return { decoding: decoding.promise, ended: run() };
  });
  await Promise.all(long.map(({ decoding }) => decoding));
  const times: number[] = [];
  for (let run = 0; run < SHORT_RUNS; run++)
    times.push((await answer(engine, longRequest(manifest, 200 + run, 32))).ms);
  stop.abort();
  await Promise.all(long.map(({ ended }) => ended));
  return median(times);
}

/** A request of one block of synthetic tokens, with an answer up to its limit. */
function longRequest({ blockLength, config }: Manifest, which: number, maxTokens: number): GenerateRequest {
  const token = (i: number): number => 8 + ((which * 131 + i * 17) % (config.vocabSize - 8));
  const tokens = Array.from({ length: blockLength }, (_, i) => token(i));
  return requestOf({ kind: "tokens", tokens }, { maxTokens, ignoreEos: true });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
