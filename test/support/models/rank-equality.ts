/**
 * Converts a checkpoint to a package of one rank and to one of several, and measures how far their rows differ for the
 * same blocks, and how long each rank's experts take.
 */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Candidate } from "../../../gpu-worker/src/decoding/block.ts";
import type { Manifest } from "../../../gpu-worker/src/model/manifest.ts";
import { isExpertGraph } from "../../../gpu-worker/src/model/package-plan.ts";
import { expertsOfRank } from "../../../gpu-worker/src/model/shard-plan.ts";
import type { Quantization } from "../../../gpu-worker/src/model/weights.ts";
import type { BlockInput } from "../../../gpu-worker/src/runtime/attention-inputs.ts";
import { Forward } from "../../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../../gpu-worker/src/runtime/kv-tensors.ts";
import type { ForwardOutput } from "../../../gpu-worker/src/runtime/model-forward.ts";
import { openSession } from "../../../gpu-worker/src/runtime/package.ts";
import { convertCheckpoint } from "../../../tools/convert/convert.ts";

/** Blocks of one sequence in the forward; every other cell of the last block is a mask. */
const BLOCKS = 4;

export interface RankComparisonOptions {
  readonly checkpoint: string;
  /** Folder for the packages, which are converted in turn and removed. */
  readonly folder: string;
  readonly quantization: Quantization;
  readonly ranks: number;
  /** Forwards of each package, for the times. */
  readonly runs: number;
}

export interface RankComparison {
  readonly rows: number;
  /**
   * Over the rows after the last layer: the largest difference of two values, and the root mean square of all values.
   */
  readonly largestDifference: number;
  readonly rms: number;
  readonly equalBits: boolean;
  /** True if the routers chose the same experts for every row. */
  readonly equalExperts: boolean;
  /** Number of distinct chosen experts on each of the several ranks. */
  readonly distinctExperts: readonly number[];
  /** Cells of the last block, and those with the same candidate token. */
  readonly cells: number;
  readonly equalTokens: number;
  /** Milliseconds in the expert graphs, best of the runs: on the single rank, and on each of several. */
  readonly wholeMs: number;
  readonly rankMs: readonly number[];
}

/** @throws PackageError if the checkpoint cannot be converted */
export async function compareRanks(options: RankComparisonOptions): Promise<RankComparison> {
  const whole = await run(options, 1);
  const split = await run(options, options.ranks);
  const { hidden, experts, candidates } = whole;
  let [largestDifference, squares, equalBits] = [0, 0, true];
  for (const [i, value] of hidden.entries()) {
    const other = split.hidden[i] as number;
    largestDifference = Math.max(largestDifference, Math.abs(value - other));
    squares += value * value;
    equalBits &&= Object.is(value, other);
  }
  return {
    rows: whole.rows,
    largestDifference,
    rms: Math.sqrt(squares / hidden.length),
    equalBits,
    equalExperts: experts.join() === split.experts.join(),
    distinctExperts: split.distinctExperts,
    cells: candidates.length,
    equalTokens: candidates.filter(({ token }, i) => token === split.candidates[i]?.token).length,
    wholeMs: whole.rankMs[0] as number,
    rankMs: split.rankMs,
  };
}

interface Run {
  readonly rows: number;
  /** [rows * H]: after the last layer, its experts' partial results added in rank order. */
  readonly hidden: Float32Array;
  /** Each layer in turn, [rows, K]. */
  readonly experts: readonly bigint[];
  /** The count of each rank. */
  readonly distinctExperts: readonly number[];
  readonly candidates: readonly Candidate[];
  readonly rankMs: readonly number[];
}

async function run({ checkpoint, folder, quantization, runs }: RankComparisonOptions, ranks: number): Promise<Run> {
  const target = join(folder, `ranks-${ranks}`);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(target, { recursive: true, force: true }));
  const ids = { maskToken: 0, eosTokens: [1] };
  const manifest = await convertCheckpoint({ source: checkpoint, target, quantization, ranks, ...ids });

  const spentMs = new Array<number>(ranks).fill(0);
  const sessions = new Map<string, InferenceSession>();
  for (const { name, rank } of manifest.graphs) {
    const session = await openSession(join(target, `${name}.onnx`), { threads: 1 });
    cleanup.defer(() => session.release());
    sessions.set(name, isExpertGraph(name) ? timed(session, spentMs, rank) : session);
  }
  const experts: bigint[] = [];
  const forward = new Forward(sessions, manifest, new KvTensors(manifest, 1), {
    onRoute: (_, chosen) => experts.push(...chosen),
  });
  const blocks = blocksOf(manifest);
  let output = await forward.layers(blocks);
  const rankMs = [...spentMs];
  for (let i = 1; i < runs; i++) {
    spentMs.fill(0);
    experts.length = 0;
    output = await forward.layers(blocks);
    for (const [rank, ms] of spentMs.entries()) rankMs[rank] = Math.min(rankMs[rank] as number, ms);
  }
  const rows = BLOCKS * manifest.blockLength;
  const last = Array.from({ length: manifest.blockLength }, (_, cell) => rows - manifest.blockLength + cell);
  const chosen = new Set(experts.map(Number));
  const distinctExperts = rankMs.map(
    (_, rank) => expertsOfRank(manifest.config.experts, rank, ranks).filter((expert) => chosen.has(expert)).length,
  );
  return { rows, hidden: sum(output), experts, distinctExperts, candidates: await forward.head(output, last), rankMs };
}

/** Wraps the session to add the milliseconds of its runs to the rank's. */
function timed(session: InferenceSession, spentMs: number[], rank: number): InferenceSession {
  const run = async (...inputs: Parameters<InferenceSession["run"]>): Promise<InferenceSession.ReturnType> => {
    const startMs = performance.now();
    const outputs = await session.run(...inputs);
    spentMs[rank] = (spentMs[rank] as number) + performance.now() - startMs;
    return outputs;
  };
  return { run } as InferenceSession;
}

/** Each sees those before it in the same forward. */
function blocksOf({ blockLength, maskToken, config }: Manifest): Omit<BlockInput, "cells">[] {
  const token = (block: number, cell: number): number =>
    block === BLOCKS - 1 && cell % 2 === 1 ? maskToken : ((block * blockLength + cell) * 7919) % config.vocabSize;
  return Array.from({ length: BLOCKS }, (_, block) => ({
    tokens: Array.from({ length: blockLength }, (_, cell) => token(block, cell)),
    pages: [],
    peers: Array.from({ length: block }, (_, peer) => peer),
  }));
}

function sum({ tensors }: ForwardOutput): Float32Array {
  const { hidden, partials } = tensors as Record<"hidden" | "partials", Tensor>;
  const total = Float32Array.from(hidden.data as Float32Array);
  for (const [i, value] of (partials.data as Float32Array).entries()) {
    const at = i % total.length;
    total[at] = (total[at] as number) + value;
  }
  return total;
}
