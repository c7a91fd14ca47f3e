/**
 * Measures time per block by its position: with the cache, and with all previous blocks recomputed at every forward.
 */

import { readManifest } from "../../../gpu-worker/src/files/read-manifest.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { Forward } from "../../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../../gpu-worker/src/runtime/kv-tensors.ts";
import { type Model, openModel } from "../../../gpu-worker/src/runtime/model.ts";
import { openSessions } from "../../../gpu-worker/src/runtime/package.ts";
import { releasedShapes } from "../../../tools/convert/released-shapes.ts";
import { timed } from "../timed.ts";
import type { EngineBenchOptions } from "./engine.ts";
import { recordedForwards, replaying } from "./replay.ts";
import { answer, engineOn, processorMs, requestOf } from "./requests.ts";
import { openSynthetic } from "./synthetic.ts";

const ANSWER_TOKENS = 16384;
const SAMPLED = [512, 1024, 2048, 4096, 8192, 16384];
/** Number of blocks before a sampled position over which the time is averaged. */
const WINDOW = 16;
/** Blocks in each forward of the recomputation, as in a prefill. */
const CHUNK_BLOCKS = 8;
const SPLIT_RUNS = 9;

/** Small enough for 16384 tokens in minutes, with as many positions as the released models. */
const CONFIG = {
  ...releasedShapes.mini,
  vocab_size: 1024,
  hidden_size: 256,
  num_hidden_layers: 4,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 64,
  rotary_dim: 32,
  intermediate_size: 512,
  moe_intermediate_size: 128,
  num_experts: 16,
  num_experts_per_tok: 2,
  n_group: 4,
  topk_group: 2,
};

export async function benchPositions({ threads, folder }: EngineBenchOptions): Promise<void> {
  await using opened = await openSynthetic({ name: "positions", config: CONFIG, quantization: "int8" }, folder);
  const target = opened.folder;
  const manifest = await readManifest(target);
  const { blockLength, config } = manifest;
  const blocks = ANSWER_TOKENS / blockLength + 1;
  await using model = await openModel(target, manifest, { threads, pages: 2 * blocks });
  const recorded = recordedForwards();
  console.log(
    `random weights, int8: ${config.layers} layers of ${config.hiddenSize}, ${config.heads} heads, ${config.maxPositions} positions;`,
  );
  console.log(`threads: ${threads}; forwards per block as in demo-21's quality runs;`);
  console.log("processor time; graphs on the clock, best of 9\n");

  const prompt = Array.from({ length: blockLength }, (_, i) => 8 + i * 17);
  const engine = engineOn(replaying(model, recorded, manifest), manifest, {
    capacity: 1,
    pages: 2 * blocks,
    prefixCache: false,
  });
  const commits: { ms: number; forwards: number }[] = [];
  const request = requestOf({ kind: "tokens", tokens: prompt }, { maxTokens: ANSWER_TOKENS, ignoreEos: true });
  const whole = await answer(engine, request, () =>
    commits.push({ ms: processorMs(), forwards: model.counts.forwards }),
  );
  const perBlock = whole.usage.forwards / commits.length;
  const forwards = `${whole.usage.forwards} forwards, ${perBlock.toFixed(2)} a block`;
  console.log(`${whole.tokens.length} tokens in ${(whole.ms / 1000).toFixed(0)} s, ${forwards}\n`);
  const split = await openSplit(target, manifest, { pages: blocks, threads });
  console.log(
    "| position | a block over the cache | a forward of it | graphs that attend | all the rest | recomputed, a forward | a block recomputed | recomputed : cached |",
  );
  console.log("|---|---|---|---|---|---|---|---|");
  for (const position of SAMPLED) {
    const at = position / blockLength - 1;
    const [from, to] = [commits[Math.max(0, at - WINDOW)], commits[at]] as [(typeof commits)[0], (typeof commits)[0]];
    const cachedMs = (to.ms - from.ms) / (to.forwards - from.forwards);
    const { layersMs, restMs } = await split(at);
    const before = [...prompt, ...whole.tokens].slice(0, position);
    const againMs = await recompute(model, manifest, before, blocks);
    const cells = [
      `${(cachedMs * perBlock).toFixed(0)} ms`,
      `${cachedMs.toFixed(1)} ms`,
      `${layersMs.toFixed(1)} ms`,
      `${restMs.toFixed(1)} ms`,
      `${againMs.toFixed(0)} ms`,
      `${((againMs * perBlock) / 1000).toFixed(1)} s`,
      (againMs / cachedMs).toFixed(0),
    ];
    console.log(`| ${position} | ${cells.join(" | ")} |`);
  }
}

/**
 * Runs a forward of the block after `tokens` and recomputes everything before it, in groups of blocks. @returns
 * processor time
 */
async function recompute(
  model: Model,
  { blockLength, maskToken }: Manifest,
  tokens: readonly number[],
  firstPage: number,
) {
  const sequence = model.sequence(Array.from({ length: firstPage }, (_, i) => firstPage + i));
  const masked = new Array<number>(blockLength).fill(maskToken);
  const chunk = CHUNK_BLOCKS * blockLength;
  const startMs = processorMs();
  for (let at = 0; at < tokens.length; at += chunk) {
    await sequence.prefill(tokens.slice(at, at + chunk), new AbortController().signal);
  }
  await sequence.forward([{ tokens: masked, cells: [...masked.keys()] }]);
  return processorMs() - startMs;
}

/**
 * Splits the time of a forward of one block after `cached` others into the graphs with attention and the rest,
 * JavaScript included.
 */
async function openSplit(
  folder: string,
  manifest: Manifest,
  { pages, threads }: { readonly pages: number; readonly threads: number },
) {
  const timer = new Map<string, number>();
  const sessions = timed(await openSessions(folder, manifest, { threads }), timer);
  const forward = new Forward(sessions, manifest, new KvTensors(manifest, pages));
  const { blockLength, maskToken } = manifest;
  const rows = Array.from({ length: blockLength }, (_, row) => row);
  return async (cached: number): Promise<{ layersMs: number; restMs: number }> => {
    const block = { tokens: rows.map(() => maskToken), pages: Array.from({ length: cached }, (_, i) => i), peers: [] };
    const runs: { layersMs: number; restMs: number }[] = [];
    for (let run = 0; run < SPLIT_RUNS; run++) {
      timer.clear();
      const startMs = performance.now();
      await forward.head(await forward.layers([block]), rows);
      const totalMs = performance.now() - startMs;
      const layersMs = [...timer].reduce((sum, [name, ms]) => sum + (name.startsWith("layer-") ? ms : 0), 0);
      runs.push({ layersMs, restMs: totalMs - layersMs });
    }
    return {
      layersMs: Math.min(...runs.map(({ layersMs }) => layersMs)),
      restMs: Math.min(...runs.map(({ restMs }) => restMs)),
    };
  };
}
