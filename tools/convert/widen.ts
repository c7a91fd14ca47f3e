/** Widens half-precision values to f32 in place. It loops over every weight of a checkpoint, so it uses fast integer steps. */

/**
 * Widens bf16 values that fill the second half of `values`' bytes to all of `values`.
 * Value i is written at byte 4i, and the first unread value is at byte 2n + 2i, so no unread value is overwritten.
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
  // The bits are at their f32 positions, but the exponent has another bias. Subnormals are exact as well.
  for (let i = 0; i < n; i++) {
    const value = (values[i] as number) * REBIAS;
    values[i] = Math.abs(value) < HALF_INFINITY ? value : notFinite(value);
  }
}

/** f32 exponents are biased by 127, f16 ones by 15. */
const REBIAS = 2 ** (127 - 15);

/** f16's infinity after rebiasing; NaNs are larger. */
const HALF_INFINITY = 2 ** 16;

function notFinite(value: number): number {
  return Math.abs(value) === HALF_INFINITY ? value * Number.POSITIVE_INFINITY : Number.NaN;
}

function secondHalf(values: Float32Array): Uint16Array {
  return new Uint16Array(values.buffer, values.byteOffset + 2 * values.length, values.length);
}
