import { expect, it } from "vitest";
import { halfToNumber } from "../../test/support/models/safetensors.ts";
import { widenBfloat16, widenFloat16 } from "./widen.ts";

const every = Uint16Array.from({ length: 1 << 16 }, (_, i) => i);

/** All 65536 values, standing where a reader puts them. */
function stored(): Float32Array {
  const values = new Float32Array(every.length);
  new Uint16Array(values.buffer).set(every, every.length);
  return values;
}

it("every f16 value widens to what its definition says, in place", () => {
  const values = stored();
  widenFloat16(values);
  for (const bits of every) expect(Object.is(values[bits], halfToNumber(bits)), `bits ${bits}`).toBe(true);
});

it("every bf16 value is the upper half of its f32", () => {
  const values = stored();
  widenBfloat16(values);
  const words = new Uint32Array(values.buffer);
  for (const bits of every) expect(words[bits]).toBe(bits * 2 ** 16);
});
