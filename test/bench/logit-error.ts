/**
 * Measures how far quantized weights, or rounded rows between ranks, move the logits: runs every denoise step of the
 * golden runs in f32, and the variants on exactly the same blocks. The f32 answer decides each step, so that errors do
 * not accumulate.
 */

import type { Candidate } from "../../gpu-worker/src/decoding/block.ts";
import type { SequenceModel } from "../../gpu-worker/src/decoding/decode.ts";
import type { BlockQuery } from "../../gpu-worker/src/decoding/forwards.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { graphsOf } from "../../gpu-worker/src/model/manifest.ts";
import { LEADER } from "../../gpu-worker/src/model/package-plan.ts";
import type { Quantization } from "../../gpu-worker/src/model/weights.ts";
import type { RankLink } from "../../gpu-worker/src/parallel/exchange.ts";
import { Forward } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import type { ForwardOutput } from "../../gpu-worker/src/runtime/model-forward.ts";
import { openSessions } from "../../gpu-worker/src/runtime/package.ts";
import { decodeWith } from "../support/models/decode-with.ts";
import {
  convertGolden,
  type GoldenName,
  goldenCheckpoint,
  goldenOptions,
  goldenRuns,
} from "../support/models/golden.ts";
import { openLogitsHead } from "../support/models/logits-head.ts";

export interface LogitError {
  /** Number of compared rows of logits: cells times steps. */
  readonly rows: number;
  /** Root mean square and largest difference of a logit, in standard deviations of a row's f32 logits. */
  readonly rms: number;
  readonly largest: number;
  /** Mean Kullback-Leibler divergence of the quantized distribution from f32's, in nats. */
  readonly divergence: number;
  /** Share of rows whose best token, the mask token apart, is the same. */
  readonly equalTokens: number;
}

/** A variant of the same computation. */
export interface LogitVariant {
  readonly quantization: Quantization;
  /** If more than one, with the way they are reached. */
  readonly ranks?: number;
  readonly openLinks?: (folder: string, opened: AsyncDisposableStack) => Promise<readonly RankLink[]>;
}

const PAGES = 8;

/** The error of each variant, relative to f32 weights on one rank. */
export async function logitErrors(
  name: GoldenName,
  variants: Readonly<Record<string, LogitVariant>>,
): Promise<ReadonlyMap<string, LogitError>> {
  await using opened = new AsyncDisposableStack();
  const open = async ({ quantization, ranks = 1, openLinks }: LogitVariant) => {
    const { folder } = opened.use(await convertGolden(name, { quantization, ranks }));
    return openLogits(folder, goldenCheckpoint(name), await openLinks?.(folder, opened));
  };
  const exact = await open({ quantization: "none" });
  const others = new Map<string, LogitsModel>();
  for (const [label, variant] of Object.entries(variants)) others.set(label, await open(variant));
  const sums = new Map(Object.keys(variants).map((label) => [label, new ErrorSum(exact.maskToken)]));

  for (const run of goldenRuns(name)) {
    const taught: SequenceModel = {
      async prefill(tokens) {
        for (const model of [exact, ...others.values()]) await model.prefill(tokens);
      },
      async denoise(blocks) {
        const [{ tokens, cells }] = blocks as [BlockQuery];
        const expected = await exact.denoise(tokens, cells);
        for (const [label, model] of others) {
          (sums.get(label) as ErrorSum).add(expected, await model.denoise(tokens, cells));
        }
        return [expected.map((row) => candidateOf(row, exact.maskToken))];
      },
      async commit(block) {
        for (const model of [exact, ...others.values()]) await model.commit(block);
      },
    };
    for (const model of [exact, ...others.values()]) model.begin();
    await Array.fromAsync(decodeWith(taught, run.prompt, goldenOptions(name, run), new AbortController().signal));
  }
  return new Map([...sums].map(([label, sum]) => [label, sum.result()]));
}

/** Cells for a table. */
export function errorCells({ rows, rms, largest, divergence, equalTokens }: LogitError): (string | number)[] {
  const share = `${(100 * equalTokens).toFixed(2)} %`;
  return [rows, rms.toPrecision(2), largest.toPrecision(2), divergence.toExponential(1), share];
}

type LogitsModel = Awaited<ReturnType<typeof openLogits>>;

/** Runs one sequence like the engine's model, but returns logits in place of candidates. */
async function openLogits(folder: string, checkpoint: string, links?: readonly RankLink[]) {
  const manifest = await readManifest(folder);
  const { blockLength, maskToken } = manifest;
  const kv = new KvTensors(manifest, PAGES);
  const sessions = await openSessions(folder, manifest, { threads: 1 }, links && graphsOf(manifest, LEADER));
  const forward = new Forward(sessions, manifest, kv, { links });
  const head = await openLogitsHead(folder, manifest, checkpoint);
  let cached = 0;
  const layers = (tokens: readonly number[]): Promise<ForwardOutput> =>
    forward.layers([{ tokens, pages: Array.from({ length: cached }, (_, page) => page), peers: [] }]);
  const commit = async (block: readonly number[]): Promise<void> =>
    kv.write(cached++, (await layers(block)).tensors, 0);
  return {
    maskToken,
    begin(): void {
      cached = 0;
    },
    async prefill(tokens: readonly number[]): Promise<void> {
      for (let i = 0; i < tokens.length; i += blockLength) await commit(tokens.slice(i, i + blockLength));
    },
    /** Rows of logits, one for each cell. */
    async denoise(block: readonly number[], cells: readonly number[]): Promise<Float32Array[]> {
      const even = cells.length % 2 === 0 ? cells : [...cells, cells.at(-1) as number];
      const logits = await head(await layers(block), even);
      const width = manifest.config.vocabSize;
      return cells.map((_, i) => logits.slice(i * width, (i + 1) * width));
    },
    commit,
  };
}

class ErrorSum {
  readonly #maskToken: number;
  #rows = 0;
  #values = 0;
  #squares = 0;
  #largest = 0;
  #variance = 0;
  #divergence = 0;
  #equal = 0;

  constructor(maskToken: number) {
    this.#maskToken = maskToken;
  }

  add(expected: readonly Float32Array[], found: readonly Float32Array[]): void {
    for (const [i, row] of expected.entries()) {
      const other = found[i] as Float32Array;
      // A constant added to all logits of a row changes nothing.
      const [mean, otherMean] = [meanOf(row), meanOf(other)];
      const [p, q] = [logProbabilities(row), logProbabilities(other)];
      for (const [token, value] of row.entries()) {
        const difference = (other[token] as number) - otherMean - (value - mean);
        this.#squares += difference ** 2;
        this.#largest = Math.max(this.#largest, Math.abs(difference));
        this.#variance += (value - mean) ** 2;
        const logP = p[token] as number;
        this.#divergence += Math.exp(logP) * (logP - (q[token] as number));
      }
      this.#rows++;
      this.#values += row.length;
      if (candidateOf(row, this.#maskToken).token === candidateOf(other, this.#maskToken).token) this.#equal++;
    }
  }

  result(): LogitError {
    const deviation = Math.sqrt(this.#variance / this.#values);
    return {
      rows: this.#rows,
      rms: Math.sqrt(this.#squares / this.#values) / deviation,
      largest: this.#largest / deviation,
      divergence: this.#divergence / this.#rows,
      equalTokens: this.#equal / this.#rows,
    };
  }
}

function candidateOf(logits: Float32Array, maskToken: number): Candidate {
  const row = logProbabilities(logits);
  let token = maskToken === 0 ? 1 : 0;
  for (const [id, value] of row.entries()) if (id !== maskToken && value > (row[token] as number)) token = id;
  return { token, probability: Math.exp(row[token] as number) };
}

function logProbabilities(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, value) => total + Math.exp(value - most), 0);
  return Float64Array.from(logits, (value) => value - most - Math.log(sum));
}

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
