/**
 * Measures the exchange of one layer's rows with another rank, in a thread and in a process: its cost apart from the
 * computation, its volume, and the effect of f16 rows. With `--threads` in a thread alone.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { shardPlan } from "../../gpu-worker/src/model/manifest.ts";
import { holdersOf } from "../../gpu-worker/src/model/shard-plan.ts";
import type { RankLink, RoutedRows } from "../../gpu-worker/src/parallel/exchange.ts";
import type { ExchangeMemory } from "../../gpu-worker/src/parallel/exchange-memory.ts";
import { createExchangeMemory, openRankThread, openRemoteRanks } from "../../gpu-worker/src/program/rank-client.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { startRanks } from "../support/programs/rank-processes.ts";
import { bareSocket } from "./bare-socket.ts";
import { palimpsest } from "./child.ts";
import { type Exchanged, type ExchangedLayer, exchangeOver, measureThreads } from "./exchange-threads.ts";
import { errorCells, logitErrors } from "./logit-error.ts";

const WARM_UP = 20;

export async function benchExchange(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      like: { type: "string", default: "mini" },
      rows: { type: "string", default: "32" },
      runs: { type: "string", default: "200" },
      /** A package of two ranks; by default created and removed. */
      folder: { type: "string" },
      threads: { type: "boolean", default: false },
    },
  });
  await using made = values.folder === undefined ? await synthesize(values.like) : undefined;
  const folder = values.folder ?? (made?.folder as string);
  const [rows, runs] = [Number(values.rows), Number(values.runs)];
  const manifest = await readManifest(folder);
  const { config, ranks, denseLayers } = { ...manifest, ...manifest.config };
  const layer: ExchangedLayer = {
    shape: { ...config, ranks, real: "f32" },
    routed: randomRows(denseLayers, rows, config),
    holders: holdersOf(shardPlan(manifest)[0] as readonly (readonly number[])[], config.experts),
  };
  await measureThreads(layer, 10 * runs);
  await measure(folder, layer, runs, values.threads);
  if (values.threads) return;
  console.log("\ngolden runs, f32 weights on one rank deciding each step; two ranks, the other a process\n");
  console.log("| checkpoint | rows sent as | rows | rms error | largest | divergence, nats | equal greedy tokens |");
  console.log("|---|---|---|---|---|---|---|");
  for (const name of ["tiny-21", "demo-21"] as const) {
    for (const [sent, error] of await logitErrors(name, { f32: apart("f32"), f16: apart("f16") })) {
      console.log(`| ${[name, sent, ...errorCells(error)].join(" | ")} |`);
    }
  }
}

const apart = (sent: "f32" | "f16") => ({
  quantization: "none" as const,
  ranks: 2,
  openLinks: async (folder: string, opened: AsyncDisposableStack) => {
    const ranks = opened.use(await startRanks(folder, 2));
    const links = await openRemoteRanks(await readManifest(folder), { ...ranks, sent });
    for (const link of links) opened.use(link);
    return links;
  },
});

/** Creates a model of one dense layer and one with experts, split over two ranks. */
async function synthesize(like: string): Promise<{ folder: string } & AsyncDisposable> {
  const parent = await mkdtemp(join(tmpdir(), "palimpsest-"));
  const checkpoint = join(parent, "checkpoint");
  await palimpsest("synth", "--like", like, "--layers", "2", checkpoint);
  const folder = join(parent, "package");
  await convertCheckpoint({ source: checkpoint, target: folder, quantization: "int4", ranks: 2 });
  await rm(checkpoint, { recursive: true });
  return { folder, [Symbol.asyncDispose]: () => rm(parent, { recursive: true }) };
}

async function measure(folder: string, layer: ExchangedLayer, runs: number, threadsOnly: boolean): Promise<void> {
  const manifest = await readManifest(folder);
  const { config } = manifest;
  const rows = layer.routed.experts.length / config.topK;
  const signal = new AbortController().signal;
  const thread = (memory?: ExchangeMemory) =>
    openRankThread({ kind: "local", package: folder, rank: 1, threads: 1 }, { signal, memory });
  console.log(
    `${rows} rows of ${config.hiddenSize}, ${config.topK} of ${config.experts} experts each; rank 1 of 2, int4`,
  );
  console.log(`random weights, ${runs} exchanges one after the other; the leader waits; processes on a Unix socket\n`);
  console.log(
    "| the rank is | rows there and back | all, median | its computation | exchange, median | 90 % | least |",
  );
  console.log("|---|---|---|---|---|---|---|");
  const kib = (rows * config.hiddenSize * 2 * Float32Array.BYTES_PER_ELEMENT) / 1024;
  {
    await using shared = await thread(await createExchangeMemory(folder));
    await using messages = await thread();
    const ways = { "a thread, shared memory": shared, "a thread, messages": messages };
    for (const [way, took] of await timesOf(ways, layer, runs)) report(way, kib, took);
  }
  if (threadsOnly) return;
  await using processes = await startRanks(folder, 2);
  for (const sent of ["f32", "f16"] as const) {
    const [link] = (await openRemoteRanks(manifest, { addresses: processes.addresses, sent })) as [RankLink];
    await using opened = link;
    for (const [way, took] of await timesOf({ [`a process, ${sent}`]: opened }, layer, runs)) {
      report(way, sent === "f16" ? kib / 2 : kib, took);
    }
  }
  const bare = (await bareSocket((kib * 1024) / 2, WARM_UP + runs)).slice(WARM_UP);
  const [median, most, least] = [0.5, 0.9, 0].map((share) => `${at(bare, share).toFixed(2)} ms`);
  console.log(`| a bare socket | ${kib} KiB | ${median} | | ${median} | ${most} | ${least} |`);
}

/** Exchanges over each link in turn, ten at a time. */
async function timesOf(links: Readonly<Record<string, RankLink>>, layer: ExchangedLayer, runs: number) {
  const ways = Object.entries(links).map(([way, link]) => ({ way, exchange: exchangeOver(link, layer) }));
  const found = new Map(ways.map(({ way }): [string, Exchanged[]] => [way, []]));
  for (let run = -WARM_UP; run < runs; run += 10) {
    for (const { way, exchange } of ways) {
      for (let i = 0; i < 10; i++) {
        const took = await exchange();
        if (run >= 0) found.get(way)?.push(took);
      }
    }
  }
  return found;
}

function report(way: string, kib: number, took: readonly Exchanged[]): void {
  const exchange = took.map(({ exchangeMs }) => exchangeMs);
  const [all, compute] = [took.map(({ allMs }) => allMs), took.map(({ rankMs }) => rankMs)];
  const cells = [at(all, 0.5), at(compute, 0.5), at(exchange, 0.5), at(exchange, 0.9), at(exchange, 0)];
  console.log(`| ${[way, `${kib} KiB`, ...cells.map((ms) => `${ms.toFixed(2)} ms`)].join(" | ")} |`);
}

interface RowShape {
  readonly hiddenSize: number;
  readonly experts: number;
  readonly topK: number;
}

function randomRows(layer: number, rows: number, { hiddenSize, experts, topK }: RowShape): RoutedRows {
  return {
    layer,
    hidden: Float32Array.from({ length: rows * hiddenSize }, () => Math.random() - 0.5),
    experts: BigInt64Array.from({ length: rows * topK }, () => BigInt(Math.floor(Math.random() * experts))),
    weights: new Float32Array(rows * topK).fill(1 / topK),
  };
}

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] as number;
}
