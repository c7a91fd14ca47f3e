/**
 * Runs the experts' kernels on a device beside plain loops, and prints for each shape how far the sums are apart and if a row's
 * bits are the same in every batch. Takes no arguments.
 */
import type { ExpertShape } from "../../../gpu-worker/src/model/expert-kernels.ts";
import type { RoutedRows } from "../../../gpu-worker/src/parallel/exchange.ts";
import { openDawnDevice } from "../../../gpu-worker/src/runtime/dawn.ts";
import { DeviceExperts, deviceExpertBytes } from "../../../gpu-worker/src/runtime/device-experts.ts";
import type { ExpertBuffer, ExpertWeights } from "../../../gpu-worker/src/runtime/expert-weights.ts";
import { quantizeRows } from "../../../tools/convert/quantize.ts";

export interface KernelResult {
  readonly name: string;
  /** By rows of the batch: the largest difference, as a share of the largest sum. */
  readonly errors: Readonly<Record<number, number>>;
  /** Whether rows of the largest batch have the same bits alone, in other batches, and over smaller buffers. */
  readonly equalBits: boolean;
  /** Bytes of all buffers, and those that the log would report. */
  readonly sizeBytes: number;
  readonly reportedBytes: number;
}

interface Case {
  readonly shape: Omit<ExpertShape, "maxExperts">;
  /** Experts of each layer, and rows of its batches. */
  readonly layers: readonly { readonly experts: number; readonly rows: readonly number[] }[];
  /** Compares with buffers for a few experts each. */
  readonly divided?: boolean;
}

/** Widths that fill no tile and no block, beside those that do; 300 rows are more than a command buffer takes. */
const cases: readonly Case[] = [
  {
    shape: { hiddenSize: 256, innerSize: 72, topK: 4, quantization: "int4" },
    layers: [
      { experts: 256, rows: [1, 32, 128] },
      { experts: 16, rows: [1, 9, 300] },
    ],
  },
  {
    shape: { hiddenSize: 192, innerSize: 136, topK: 4, quantization: "int8" },
    layers: [
      { experts: 256, rows: [1, 8, 128] },
      { experts: 16, rows: [2, 33, 64] },
    ],
  },
  {
    shape: { hiddenSize: 68, innerSize: 36, topK: 2, quantization: "none" },
    layers: [{ experts: 6, rows: [1, 40] }],
    divided: true,
  },
];

/** The rank holds every id but these: choices of them are other ranks'. */
const ELSEWHERE = new Set([1, 4]);

/** Made-up weights, as a package stores them and as numbers. */
class MadeUpWeights implements ExpertWeights {
  readonly layers: readonly (readonly number[])[];
  readonly bytes = new Map<ExpertBuffer, Uint8Array[]>();
  /** By expert: gate over up [2I, H], and down [H, I]. */
  readonly matrices: { readonly gateUp: Float32Array; readonly down: Float32Array }[] = [];

  constructor({ shape: { hiddenSize, innerSize, quantization }, layers }: Case, random: () => number) {
    this.layers = layers.map(({ experts }) =>
      Array.from({ length: experts }, (_, id) => id).filter((id) => !ELSEWHERE.has(id)),
    );
    for (const name of ["gateUp", "gateUpScales", "down", "downScales"] as const) this.bytes.set(name, []);
    const make = (buffer: "gateUp" | "down", rows: number, columns: number): Float32Array => {
      const values = Float32Array.from({ length: rows * columns }, () => (random() - 0.5) / Math.sqrt(columns));
      if (quantization === "none") {
        this.bytes.get(buffer)?.push(new Uint8Array(values.buffer));
        this.bytes.get(`${buffer}Scales`)?.push(new Uint8Array());
        return values;
      }
      const bits = quantization === "int8" ? 8 : 4;
      const { values: packed, scales } = quantizeRows(values, columns, bits);
      this.bytes.get(buffer)?.push(packed);
      this.bytes.get(`${buffer}Scales`)?.push(new Uint8Array(scales.buffer, 0, scales.byteLength));
      const blocks = Math.ceil(columns / 128);
      return values.map((_, i) => {
        const [row, column] = [Math.trunc(i / columns), i % columns];
        const place = row * blocks * 128 + column;
        const stored =
          bits === 8
            ? (packed[place] as number) - 128
            : (((packed[place >> 1] as number) >> (4 * (place & 1))) & 15) - 8;
        return stored * (scales[row * blocks + Math.trunc(column / 128)] as number);
      });
    };
    for (let id = 0; id < Math.max(...layers.map(({ experts }) => experts)); id++) {
      const gateUp = make("gateUp", 2 * innerSize, hiddenSize);
      this.matrices.push({ gateUp, down: make("down", hiddenSize, innerSize) });
    }
  }

  async open(layer: number) {
    const { layers, bytes } = this;
    return {
      async *read(buffer: ExpertBuffer, first: number, experts: number) {
        for (const id of (layers[layer] as number[]).slice(first, first + experts))
          yield bytes.get(buffer)?.[id] as Uint8Array;
      },
      async [Symbol.asyncDispose]() {},
    };
  }
}

/** The slow twin. */
function plain(
  { hiddenSize, innerSize, topK }: Case["shape"],
  { matrices }: MadeUpWeights,
  routed: RoutedRows,
): Float64Array {
  const hidden = routed.hidden as Float32Array;
  const sums = new Float64Array(hidden.length);
  const product = (matrix: Float32Array, row: number, x: ArrayLike<number>, at: number, columns: number): number => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += (matrix[row * columns + c] as number) * (x[at + c] as number);
    return sum;
  };
  routed.experts.forEach((id, choice) => {
    const weight = routed.weights[choice] as number;
    if (weight === 0) return;
    const { gateUp, down } = matrices[Number(id)] as MadeUpWeights["matrices"][number];
    const at = Math.trunc(choice / topK) * hiddenSize;
    const inner = Array.from({ length: innerSize }, (_, i) => {
      const gate = product(gateUp, i, hidden, at, hiddenSize);
      return (gate / (1 + Math.exp(-gate))) * product(gateUp, innerSize + i, hidden, at, hiddenSize);
    });
    for (let n = 0; n < hiddenSize; n++) sums[at + n]! += weight * product(down, n, inner, 0, innerSize);
  });
  return sums;
}

async function check(one: Case): Promise<KernelResult[]> {
  const { shape, layers } = one;
  const random = generator(layers.length + shape.hiddenSize);
  const weights = new MadeUpWeights(one, random);
  const options = { shape: { ...shape, maxExperts: weights.layers[0]?.length ?? 0 }, naps: false };
  using whole = await DeviceExperts.open(await openDawnDevice(), weights, options);
  const [expert] = weights.bytes.get("gateUp") as [Uint8Array];
  const maxBufferBytes = Math.max(2.5 * expert.length, 8 * shape.topK * shape.hiddenSize * 4);
  using divided = one.divided
    ? await DeviceExperts.open(await openDawnDevice(), weights, { ...options, maxBufferBytes })
    : undefined;
  const reported = deviceExpertBytes(options.shape, weights.layers.flat().length);
  const reportedBytes = reported.weights + reported.working;
  const results: KernelResult[] = [];
  for (const [layer, { experts, rows }] of layers.entries()) {
    const largest = Math.max(...rows);
    const all = routedRows(shape, { layer, rows: largest, experts }, random);
    const part = (first: number, count: number): RoutedRows => ({
      layer,
      hidden: all.hidden.slice(first * shape.hiddenSize, (first + count) * shape.hiddenSize),
      experts: all.experts.slice(first * shape.topK, (first + count) * shape.topK),
      weights: all.weights.slice(first * shape.topK, (first + count) * shape.topK),
    });
    const bits = (rows: Float32Array, first: number, count: number): string =>
      new Uint32Array(rows.slice(first * shape.hiddenSize, (first + count) * shape.hiddenSize).buffer).join();
    const together = await run(whole, all);
    const expected = plain(shape, weights, all);
    const scale = expected.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0);
    const errors: Record<number, number> = {};
    const equal: boolean[] =
      divided === undefined ? [] : [bits(await run(divided, all), 0, largest) === bits(together, 0, largest)];
    for (const count of rows) {
      const first = Math.trunc((largest - count) / 2);
      const found = await run(whole, part(first, count));
      const at = first * shape.hiddenSize;
      errors[count] =
        found.reduce((most, sum, i) => Math.max(most, Math.abs(sum - (expected[at + i] as number))), 0) / scale;
      equal.push(!found.some(Number.isNaN), bits(found, 0, count) === bits(together, first, count));
    }
    const name = `${shape.quantization}, ${experts} experts`;
    results.push({ name, errors, equalBits: !equal.includes(false), sizeBytes: whole.sizeBytes, reportedBytes });
  }
  return results;
}

async function run(on: DeviceExperts, routed: RoutedRows): Promise<Float32Array> {
  const into = new Float32Array(routed.hidden.length).fill(Number.NaN);
  await on.run({ ...routed, into });
  return into;
}

function routedRows(
  { hiddenSize, topK }: Case["shape"],
  { layer, rows, experts }: { readonly layer: number; readonly rows: number; readonly experts: number },
  random: () => number,
): RoutedRows {
  const chosen: bigint[] = [];
  for (let row = 0; row < rows; row++) {
    const ids = new Set<number>();
    // Half of the rows choose among few experts, which then have more rows than a tile.
    while (ids.size < topK) ids.add(Math.floor(random() * (row % 2 === 0 ? experts : Math.min(experts, topK + 2))));
    chosen.push(...[...ids].map(BigInt));
  }
  return {
    layer,
    hidden: Float32Array.from({ length: rows * hiddenSize }, () => 2 * random() - 1),
    experts: BigInt64Array.from(chosen),
    weights: Float32Array.from(chosen, (id) => (ELSEWHERE.has(Number(id)) ? 0 : 0.1 + random())),
  };
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

const results: KernelResult[] = [];
for (const one of cases) results.push(...(await check(one)));
console.log(JSON.stringify(results));
