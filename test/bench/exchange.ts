/**
 * Measures the exchange of one layer's rows with another rank, in a thread and in a process: its cost apart from the
 * computation, its volume, and the effect of f16 rows.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { RankLink, RoutedRows } from "../../gpu-worker/src/parallel/exchange.ts";
import { openRankThread, openRemoteRanks } from "../../gpu-worker/src/program/rank-client.ts";
import { convertCheckpoint } from "../../tools/convert/convert.ts";
import { startRanks } from "../support/programs/rank-processes.ts";
import { bareSocket } from "./bare-socket.ts";
import { palimpsest } from "./child.ts";
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
    },
  });
  await using made = values.folder === undefined ? await synthesize(values.like) : undefined;
  await measure(values.folder ?? (made?.folder as string), Number(values.rows), Number(values.runs));
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

async function measure(folder: string, rows: number, runs: number): Promise<void> {
  const manifest = await readManifest(folder);
  const { config } = manifest;
  const signal = new AbortController().signal;
  await using processes = await startRanks(folder, 2);
  const ways = {
    "a thread": () => openRankThread({ kind: "local", package: folder, rank: 1, threads: 1 }, { signal }),
    "a process, f32": () => remote("f32"),
    "a process, f16": () => remote("f16"),
  };
  const remote = async (sent: "f32" | "f16") =>
    (await openRemoteRanks(manifest, { addresses: processes.addresses, sent }))[0] as RankLink;
  console.log(
    `${rows} rows of ${config.hiddenSize}, ${config.topK} of ${config.experts} experts each; rank 1 of 2, int4`,
  );
  console.log(`random weights, ${runs} exchanges one after the other; processes on a Unix socket\n`);
  console.log(
    "| the rank is | rows there and back | all, median | its computation | exchange, median | 90 % | least |",
  );
  console.log("|---|---|---|---|---|---|---|");
  for (const [way, open] of Object.entries(ways)) {
    await using link = await open();
    const [all, compute, exchange]: [number[], number[], number[]] = [[], [], []];
    for (let run = -WARM_UP; run < runs; run++) {
      const routed = randomRows(rows, config);
      const startMs = performance.now();
      const { computeMs } = await link.run(routed);
      const tookMs = performance.now() - startMs;
      if (run < 0) continue;
      all.push(tookMs);
      compute.push(computeMs);
      exchange.push(tookMs - computeMs);
    }
    const bytes = 2 * rows * config.hiddenSize * (way.endsWith("f16") ? 2 : 4);
    const cells = [
      way,
      `${(bytes / 1024).toFixed(0)} KiB`,
      ...[at(all, 0.5), at(compute, 0.5), at(exchange, 0.5), at(exchange, 0.9), at(exchange, 0)].map(
        (ms) => `${ms.toFixed(2)} ms`,
      ),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  const bytes = rows * config.hiddenSize * 4;
  const bare = (await bareSocket(bytes, WARM_UP + runs)).slice(WARM_UP);
  const [median, most, least] = [0.5, 0.9, 0].map((share) => `${at(bare, share).toFixed(2)} ms`);
  console.log(`| a bare socket | ${(2 * bytes) / 1024} KiB | ${median} | | ${median} | ${most} | ${least} |`);
}

interface RowShape {
  readonly hiddenSize: number;
  readonly experts: number;
  readonly topK: number;
}

function randomRows(rows: number, { hiddenSize, experts, topK }: RowShape): RoutedRows {
  return {
    layer: 1,
    hidden: Float32Array.from({ length: rows * hiddenSize }, () => Math.random() - 0.5),
    experts: BigInt64Array.from({ length: rows * topK }, () => BigInt(Math.floor(Math.random() * experts))),
    weights: new Float32Array(rows * topK).fill(1 / topK),
  };
}

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] as number;
}
