/** Writes safetensors files for tests: in memory, tensors packed in the order given. */

export type Dtype = "F32" | "F16" | "BF16";

export interface TestTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array;
  readonly dtype: Dtype;
}

/** Encodes a whole file. `header` may change its JSON before it is written, to make a faulty file. */
export function encodeSafetensors(
  tensors: readonly TestTensor[],
  header: (entries: Record<string, unknown>) => unknown = (entries) => entries,
): Buffer {
  const parts = tensors.map((tensor) => encodeValues(tensor.values, tensor.dtype));
  const entries: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const [i, { name, dims, dtype }] of tensors.entries()) {
    const end = offset + parts[i]!.length;
    entries[name] = { dtype, shape: dims, data_offsets: [offset, end] };
    offset = end;
  }
  return Buffer.concat([encodeHeader(JSON.stringify(header(entries))), ...parts]);
}

/** Encodes the header's length, then the header. */
export function encodeHeader(text: string): Buffer {
  const json = Buffer.from(text);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}

/** Converts values to `dtype` and back. */
export function rounded(values: Float32Array, dtype: Dtype): Float32Array {
  const bytes = encodeValues(values, dtype);
  switch (dtype) {
    case "F32":
      return values;
    case "F16":
      return Float32Array.from({ length: values.length }, (_, i) => halfToNumber(bytes.readUInt16LE(2 * i)));
    case "BF16":
      return Float32Array.from({ length: values.length }, (_, i) => {
        bits.setUint32(0, bytes.readUInt16LE(2 * i) << 16);
        return bits.getFloat32(0);
      });
  }
}

/** The value of a half-precision number, by its definition. */
export function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const bits = new DataView(new ArrayBuffer(4));

function encodeValues(values: Float32Array, dtype: Dtype): Buffer {
  const bytes = Buffer.alloc(values.length * (dtype === "F32" ? 4 : 2));
  for (const [i, value] of values.entries()) {
    if (dtype === "F32") bytes.writeFloatLE(value, 4 * i);
    else bytes.writeUInt16LE(dtype === "F16" ? halfBits(value) : bfloatBits(value), 2 * i);
  }
  return bytes;
}

/** Rounds to the nearest; ties to even. */
function bfloatBits(value: number): number {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  return Number.isNaN(value) ? 0x7fc0 : ((word + 0x7fff + ((word >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Rounds to the nearest; ties away from zero, which is accurate enough for a test's weights. */
function halfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = Math.round(magnitude / 2 ** (exponent - 10)); // 1024 to 2048, less for subnormals
  return sign | (((exponent + 14) << 10) + steps);
}
