/** Half-precision values as f32, in place. Loops over every weight of a checkpoint: written for speed, in integer steps. */

/**
 * Widens bf16 values that fill the second half of `values`' bytes to all of `values`.
 * Value i is written at byte 4i and the lowest still unread one stands at 2n + 2i: never overtaken.
 */
export function widenBfloat16(values: Float32Array): void {
  const n = values.length;
  const stored = secondHalf(values);
  const words = new Uint32Array(values.buffer, values.byteOffset, n);
  for (let i = 0; i < n; i++) words[i] = (stored[i] as number) << 16;
}

/** The same for f16. */
export function widenFloat16(values: Float32Array): void {
  const n = values.length;
  const stored = secondHalf(values);
  const words = new Uint32Array(values.buffer, values.byteOffset, n);
  for (let i = 0; i < n; i++) {
    const half = stored[i] as number;
    words[i] = ((half & 0x8000) << 16) | ((half & 0x7fff) << 13);
  }
  // The bits stand where f32 has them, but the exponent counts from another origin. Subnormals come out exact as well.
  for (let i = 0; i < n; i++) {
    const value = (values[i] as number) * REBIAS;
    values[i] = Math.abs(value) < HALF_INFINITY ? value : notFinite(value);
  }
}

/** f32 exponents are biased by 127, f16 ones by 15. */
const REBIAS = 2 ** (127 - 15);

/** The value after rebiasing of f16's infinity; NaN stands above it. */
const HALF_INFINITY = 2 ** 16;

function notFinite(value: number): number {
  return Math.abs(value) === HALF_INFINITY ? value * Number.POSITIVE_INFINITY : Number.NaN;
}

function secondHalf(values: Float32Array): Uint16Array {
  return new Uint16Array(values.buffer, values.byteOffset + 2 * values.length, values.length);
}
