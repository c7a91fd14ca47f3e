import fc from "fast-check";
import { expect, it } from "vitest";
import { QUANTIZATION_BLOCK } from "../../gpu-worker/src/model/weights.ts";
import { type QuantizedRows, quantizeRows } from "./quantize.ts";

/** The slow twin: what MatMulNBits makes of the bytes. */
function dequantize({ values, scales }: QuantizedRows, columns: number, bits: 4 | 8): Float32Array {
  const blocks = Math.ceil(columns / QUANTIZATION_BLOCK);
  const rows = scales.length / blocks;
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    const column = i % columns;
    const at = row * blocks * QUANTIZATION_BLOCK + column;
    const integer = bits === 8 ? values[at]! : (values[at >> 1]! >> (4 * (at % 2))) & 15;
    return (integer - (bits === 8 ? 128 : 8)) * scales[row * blocks + Math.floor(column / QUANTIZATION_BLOCK)]!;
  });
}

const matrix = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 300 })).chain(([rows, columns]) =>
  fc.record({
    columns: fc.constant(columns),
    values: fc.float32Array({
      minLength: rows * columns,
      maxLength: rows * columns,
      noNaN: true,
      noDefaultInfinity: true,
    }),
  }),
);

for (const bits of [4, 8] as const) {
  it(`a value in ${bits} bits comes back within one step of its block's scale, half of one where the range reaches`, () => {
    fc.assert(
      fc.property(matrix, ({ values, columns }) => {
        const quantized = quantizeRows(values, columns, bits);
        const back = dequantize(quantized, columns, bits);
        const blocks = Math.ceil(columns / QUANTIZATION_BLOCK);
        for (const [i, value] of values.entries()) {
          const block = Math.floor(i / columns) * blocks + Math.floor((i % columns) / QUANTIZATION_BLOCK);
          const scale = quantized.scales[block]!;
          const clamped = value / scale > (bits === 4 ? 7.5 : 127.5);
          const bound = scale === 0 ? 2 ** -118 : Math.abs(scale) * (clamped ? 1 : 0.5) * (1 + 1e-5);
          expect(Math.abs(value - back[i]!)).toBeLessThanOrEqual(bound);
        }
      }),
    );
  });

  it(`in ${bits} bits the value of largest magnitude is nearly exact and zeros are exact`, () => {
    const values = Float32Array.of(0, -3, 0, 1.5, 3.1, 0);
    const back = dequantize(quantizeRows(values, 6, bits), 6, bits);
    expect(values.every((value, i) => value !== 0 || back[i] === 0)).toBe(true);
    expect(back[4]).toBeCloseTo(3.1, 6);
  });

  it(`a block of zeros in ${bits} bits has scale 0 and the zero point everywhere`, () => {
    const { values, scales } = quantizeRows(new Float32Array(200), 200, bits);
    expect([...scales]).toEqual([0, 0]);
    expect(new Set(values)).toEqual(new Set([bits === 4 ? 0x88 : 128]));
  });
}

it("the even column is the low nibble, rows are padded with the zero point", () => {
  // Scale -8 / -8 = 1.
  const { values, scales } = quantizeRows(Float32Array.of(-8, 7, 3), 3, 4);
  expect([...scales]).toEqual([1]);
  expect([...values.subarray(0, 3)]).toEqual([0xf0, 0x8b, 0x88]);
  expect(values).toHaveLength(QUANTIZATION_BLOCK / 2);
});
