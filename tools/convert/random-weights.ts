/**
 * Generates random weights faster than a disk writes them: 16 random bits choose each from 65536 values that were drawn from
 * the tensor's distribution. The tensor's name determines the distribution.
 */
import type { CheckpointTensor } from "@palimpsest/gpu-worker/model/weights";

/** A table indexed by 16 bits, so that a random word chooses two values. */
const DRAWN_VALUES = 1 << 16;

/** Fills `values` with values of the tensor, as bf16 bits or f32. The same seed and calls give the same values. */
export type FillRandom = (values: Uint16Array | Float32Array, tensor: CheckpointTensor) => void;

export function createFillRandom(seed: number): FillRandom {
  const next = createRandom(seed);
  const drawn = new Map<string, { floats: Float32Array; bfloats: Uint16Array }>();
  return (values, tensor) => {
    const [mean, deviation] = distributionOf(tensor);
    const key = `${mean} ${deviation}`;
    const table = drawn.get(key) ?? draw(mean, deviation);
    drawn.set(key, table);
    choose(values, values instanceof Float32Array ? table.floats : table.bfloats, next);
  };
}

/** Norms near 1, small biases, and matrices scaled so that activations neither vanish nor explode. */
export function distributionOf({ name, dims }: CheckpointTensor): [mean: number, deviation: number] {
  if (name.includes("norm")) return [1, 0.1];
  if (name.endsWith("expert_bias")) return [0, 0.05];
  return [0, name.includes("embeddings") ? 1 : 1.5 / Math.sqrt(dims.at(-1) as number)];
}

/** Normal values by Box and Muller's method; bf16 is the upper half of an f32. */
function draw(mean: number, deviation: number): { floats: Float32Array; bfloats: Uint16Array } {
  const next = createRandom(0);
  const uniform = (): number => (next() + 1) / 2 ** 32; // above 0, for the logarithm
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const floats = Float32Array.from({ length: DRAWN_VALUES }, () => mean + deviation * normal());
  return { floats, bfloats: Uint16Array.from(new Uint32Array(floats.buffer), (word) => word >>> 16) };
}

function choose(values: Uint16Array | Float32Array, table: Uint16Array | Float32Array, next: () => number): void {
  const even = values.length & ~1;
  for (let i = 0; i < even; i += 2) {
    const word = next();
    values[i] = table[word & 0xffff] as number;
    values[i + 1] = table[word >>> 16] as number;
  }
  if (even < values.length) values[even] = table[next() >>> 16] as number;
}

/** Words of 32 random bits: xoshiro128** by Blackman and Vigna, its state spread from the seed by an odd multiplier. */
function createRandom(seed: number): () => number {
  let [a, b, c, d] = [1, 2, 3, 4].map((i) => Math.imul(seed + i, 0x9e3779b1)) as [number, number, number, number];
  const next = (): number => {
    const product = Math.imul(b, 5);
    const word = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
  for (let i = 0; i < 16; i++) next(); // spreads the few bits of the seed over the whole state
  return next;
}
