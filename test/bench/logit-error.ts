/**
 * How far quantized weights move the logits: every denoise step of the golden runs as f32 weights take it, and what the
 * quantized ones say to the very same blocks. The f32 answer decides each step, so one error does not make the next.
 */
import { type AskedBlock, type Candidate, decode, type SequenceModel } from "../../gpu-worker/src/engine/decode.ts";
import type { Quantization } from "../../gpu-worker/src/model/weights.ts";
import { Forward, type ForwardOutput } from "../../gpu-worker/src/runtime/forward.ts";
import { KvTensors } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { openSessions, readManifest } from "../../gpu-worker/src/runtime/package.ts";
import { convertGolden, type GoldenName, goldenCheckpoint, goldenOptions, goldenRuns } from "../support/golden.ts";
import { openLogitsHead } from "../support/logits-head.ts";

export interface LogitError {
  /** Cells times steps: rows of logits that were compared. */
  readonly rows: number;
  /** Root mean square and largest difference of a logit, in standard deviations of a row's f32 logits. */
  readonly rms: number;
  readonly largest: number;
  /** Mean Kullback-Leibler divergence of the quantized distribution from f32's, in nats. */
  readonly divergence: number;
  /** Share of rows whose best token, the mask token apart, is the same. */
  readonly equalTokens: number;
}

const PAGES = 8;

export async function logitErrors<const Q extends Quantization>(
  name: GoldenName,
  quantizations: readonly Q[],
): Promise<ReadonlyMap<Q, LogitError>> {
  await using packages = new AsyncDisposableStack();
  const open = async (quantization: Quantization) => {
    const golden = packages.use(await convertGolden(name, { quantization, ranks: 1 }));
    return openLogits(golden.folder, goldenCheckpoint(name));
  };
  const exact = await open("none");
  const others = new Map<Q, LogitsModel>();
  for (const quantization of quantizations) others.set(quantization, await open(quantization));
  const sums = new Map(quantizations.map((quantization) => [quantization, new ErrorSum(exact.maskToken)]));

  for (const run of goldenRuns(name)) {
    const taught: SequenceModel = {
      async prefill(tokens) {
        for (const model of [exact, ...others.values()]) await model.prefill(tokens);
      },
      async denoise(blocks) {
        const [{ tokens, cells }] = blocks as [AskedBlock];
        const expected = await exact.denoise(tokens, cells);
        for (const [quantization, model] of others) {
          (sums.get(quantization) as ErrorSum).add(expected, await model.denoise(tokens, cells));
        }
        return [expected.map((row) => candidateOf(row, exact.maskToken))];
      },
      async commit(block) {
        for (const model of [exact, ...others.values()]) await model.commit(block);
      },
    };
    for (const model of [exact, ...others.values()]) model.begin();
    await Array.fromAsync(decode(taught, run.prompt, goldenOptions(name, run), new AbortController().signal));
  }
  return new Map([...sums].map(([quantization, sum]) => [quantization, sum.result()]));
}

type LogitsModel = Awaited<ReturnType<typeof openLogits>>;

/** One sequence at a time, as the engine's model has it, with logits in place of candidates. */
async function openLogits(folder: string, checkpoint: string) {
  const manifest = await readManifest(folder);
  const { blockLength, maskToken } = manifest;
  const kv = new KvTensors(manifest, PAGES);
  const forward = new Forward(await openSessions(folder, manifest, { threads: 1 }), manifest, kv);
  const head = await openLogitsHead(folder, manifest, checkpoint);
  let cached = 0;
  const layers = (tokens: readonly number[]): Promise<ForwardOutput> =>
    forward.layers([{ tokens, pages: Array.from({ length: cached }, (_, page) => page), peers: [] }]);
  const commit = async (block: readonly number[]): Promise<void> => kv.write(cached++, await layers(block), 0);
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
      // What is added to all logits of a row changes nothing.
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
