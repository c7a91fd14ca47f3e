/** Tokens per second by how many sequences run at once, beside what bytes and operations allow; a short request among long ones. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertCheckpoint } from "../../../gpu-worker/convert/convert.ts";
import { releasedShapes } from "../../../gpu-worker/convert/released-shapes.ts";
import { SHARD_BYTES, synthesizeCheckpoint } from "../../../gpu-worker/convert/synth.ts";
import type { GenerateRequest } from "../../../gpu-worker/src/engine/engine.ts";
import type { EngineModel } from "../../../gpu-worker/src/engine/sequence.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { readManifest } from "../../../gpu-worker/src/runtime/package.ts";
import { recordedForwards, replaying } from "./replay.ts";
import { answer, engineOn, median, requestOf, SHIPPED_MODEL } from "./requests.ts";
import { boundSeconds, describeRoofline, measureMachine, recorder } from "./roofline.ts";

const TOGETHER = [1, 4, 16];
const REQUESTS = 16;
const PROMPT_TOKENS = 32;
const THREADS = 1;
const LAYERS = 3;
const PAGES = 1024;
const SHORT_RUNS = 3;

interface Load {
  readonly folder: string;
  readonly manifest: Manifest;
  /** What the engine is given in the place of the package's model. */
  readonly wrap: (model: EngineModel) => EngineModel;
  readonly answerTokens: number;
}

export async function benchBatching(kept: string | undefined): Promise<void> {
  const shipped = await readManifest(SHIPPED_MODEL);
  console.log(`### shipped model (${shipped.quantization})\n`);
  await measure({ folder: SHIPPED_MODEL, manifest: shipped, wrap: (model) => model, answerTokens: 256 });

  await using cleanup = new AsyncDisposableStack();
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "palimpsest-batching-")));
  if (kept === undefined) cleanup.defer(() => rm(folder, { recursive: true }));
  const target = join(folder, "package");
  if (!existsSync(target)) {
    const source = join(folder, "checkpoint");
    const config = { ...releasedShapes.mini, num_hidden_layers: LAYERS };
    await synthesizeCheckpoint({ target: source, config, seed: 1, shardBytes: SHARD_BYTES });
    await convertCheckpoint({ source, target, quantization: "int4", ranks: 1, consume: true });
  }
  const manifest = await readManifest(target);
  console.log(
    `\n### mini's sizes, ${LAYERS} layers, int4, random weights; forwards per block as in demo-21's quality runs\n`,
  );
  const wrap = (model: EngineModel): EngineModel => replaying(model, recordedForwards(), manifest);
  await measure({ folder: target, manifest, wrap, answerTokens: 64 });
}

async function measure({ folder, manifest, wrap, answerTokens }: Load): Promise<void> {
  const machine = await measureMachine(folder, manifest, THREADS);
  describeRoofline(manifest, machine);
  const { records, onRoute } = recorder(manifest);
  await using model = await openModel(folder, manifest, { threads: THREADS, pages: PAGES, onRoute });
  const engine = engineOn(wrap(model), manifest, { capacity: Math.max(...TOGETHER), pages: PAGES, prefixCache: false });
  const ask = (which: number, maxTokens: number): GenerateRequest => {
    const tokens = Array.from(
      { length: PROMPT_TOKENS },
      (_, i) => 8 + ((which * 131 + i * 17) % (manifest.config.vocabSize - 8)),
    );
    return requestOf({ kind: "tokens", tokens }, { maxTokens, ignoreEos: true });
  };
  await answer(engine, ask(99, 32));

  console.log(`${REQUESTS} requests of ${PROMPT_TOKENS} + ${answerTokens} tokens, ${THREADS} thread\n`);
  console.log(
    "| at once | seconds | tokens/s | gain | forwards | rows a forward | experts a layer | bound | allowed gain | gain : allowed |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  const texts: string[] = [];
  let alone: { seconds: number; bound: number } | undefined;
  for (const together of TOGETHER) {
    records.length = 0;
    const found: string[] = [];
    let next = 0;
    const client = async (): Promise<void> => {
      while (next < REQUESTS) {
        const which = next++;
        found[which] = (await answer(engine, ask(which, answerTokens))).tokens.join();
      }
    };
    const startMs = performance.now();
    await Promise.all(Array.from({ length: together }, client));
    const seconds = (performance.now() - startMs) / 1000;
    texts.push(found.join(";"));
    const bound = boundSeconds(records, manifest, machine);
    alone ??= { seconds, bound };
    const rows = records.reduce((sum, record) => sum + record.rows, 0) / records.length;
    const experts = records.flatMap((record) => record.experts);
    const distinct = experts.reduce((sum, count) => sum + count, 0) / Math.max(experts.length, 1);
    const [gain, allowed] = [alone.seconds / seconds, alone.bound / bound];
    const cells = [
      together,
      seconds.toFixed(1),
      ((REQUESTS * answerTokens) / seconds).toFixed(0),
      gain.toFixed(2),
      records.length,
      rows.toFixed(0),
      distinct.toFixed(0),
      `${bound.toFixed(1)} s`,
      allowed.toFixed(2),
      (gain / allowed).toFixed(2),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  console.log(`\nthe same tokens in every row: ${new Set(texts).size === 1 ? "yes" : "NO"}`);
  await reportShort(engine, ask);
}

/** A request of one block, alone and while long ones run. */
async function reportShort(
  engine: Parameters<typeof answer>[0],
  ask: (which: number, maxTokens: number) => GenerateRequest,
) {
  const cells: string[] = [];
  for (const others of [0, 3, 15]) {
    const controllers = Array.from({ length: others }, () => new AbortController());
    const long = controllers.map(async ({ signal }, i) => {
      for await (const event of engine.generate(ask(200 + i, 1024), signal)) if (event.type === "commit") return;
    });
    // Once each has a block, all of them are decoding.
    await Promise.all(long);
    const running = controllers.map(async ({ signal }, i) => {
      for await (const _ of engine.generate(ask(200 + i, 1024), signal));
    });
    const times: number[] = [];
    for (let run = 0; run < SHORT_RUNS; run++) times.push((await answer(engine, ask(300 + run, 32))).ms);
    for (const controller of controllers) controller.abort();
    await Promise.all(running);
    cells.push(`${median(times).toFixed(0)} ms among ${others}`);
  }
  console.log(
    `a request of ${PROMPT_TOKENS} + 32 tokens among long ones (1024 tokens each), median of ${SHORT_RUNS}: ${cells.join(", ")}`,
  );
}
