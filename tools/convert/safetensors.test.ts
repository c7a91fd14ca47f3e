import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PackageError } from "../../gpu-worker/src/errors.ts";
import { encodeHeader, encodeSafetensors } from "../../test/support/models/safetensors.ts";
import { readHeader, type StoredTensor } from "./safetensors.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(bytes: Uint8Array): Promise<StoredTensor[]> {
  const file = join(folder, "model.safetensors");
  await writeFile(file, bytes);
  await using handle = await open(file);
  return await readHeader(handle, file);
}

const tensors = [
  { name: "a", dims: [2, 3], dtype: "F32", values: new Float32Array(6).fill(1) },
  { name: "b", dims: [4], dtype: "BF16", values: new Float32Array(4).fill(2) },
] as const;

/** A valid file but for what `changes` says of tensor `a`. */
function withEntry(changes: Record<string, unknown>): Buffer {
  return encodeSafetensors(tensors, (entries) => ({ ...entries, a: { ...(entries.a as object), ...changes } }));
}

it("a header gives each tensor's type, shape and place", async () => {
  const bytes = encodeSafetensors(tensors);
  const start = bytes.length - 32;
  expect(await read(bytes)).toMatchObject([
    { name: "a", dtype: "F32", dims: [2, 3], offset: start },
    { name: "b", dtype: "BF16", dims: [4], offset: start + 24 },
  ]);
});

it("tensors may stand in another order than their entries, and may be empty or scalar", async () => {
  const header = {
    last: { dtype: "F32", shape: [], data_offsets: [4, 8] },
    none: { dtype: "F32", shape: [0, 5], data_offsets: [4, 4] },
    first: { dtype: "F16", shape: [2], data_offsets: [0, 4] },
  };
  const found = await read(Buffer.concat([encodeHeader(JSON.stringify(header)), Buffer.alloc(8)]));
  expect(found.map(({ name }) => name)).toEqual(["last", "none", "first"]);
});

it.each([
  ["is shorter than the length field", Buffer.alloc(5), /5 bytes is too short/],
  [
    "claims a header of 2^60 bytes",
    Buffer.from("0000000000000010", "hex"),
    /header says it is 1152921504606846976 bytes/,
  ],
  ["ends inside its header", encodeSafetensors(tensors).subarray(0, 60), /header ends at byte \d+, the file at 60/],
  ["ends inside a tensor", encodeSafetensors(tensors).subarray(0, -1), /tensor b: .*reach past the file/],
  ["goes on after its tensors", Buffer.concat([encodeSafetensors(tensors), Buffer.alloc(3)]), /3 bytes after the last/],
  ["has a header that is not JSON", encodeHeader('{"a":'), /header is not JSON/],
  ["has a header that is not UTF-8", Buffer.from("0100000000000000ff", "hex"), /header is not JSON/],
  ["has a header that is a list", encodeHeader("[1]"), /not a JSON object/],
  ["has an entry that is no tensor", encodeHeader('{"a":7}'), /tensor a: entry/],
  ["has a dtype nobody knows", withEntry({ dtype: "F7" }), /tensor a: dtype "F7"; only F32, F16, BF16/],
  ["has a dtype named like an object's method", withEntry({ dtype: "toString" }), /tensor a: dtype "toString"/],
  ["has a negative offset", withEntry({ data_offsets: [-24, 0] }), /tensor a: data_offsets\.0/],
  ["has a fractional offset", withEntry({ data_offsets: [0, 24.5] }), /tensor a: data_offsets\.1/],
  [
    "has offsets that run backwards",
    withEntry({ data_offsets: [24, 0] }),
    /tensor a: data_offsets 24 to 0 run backwards/,
  ],
  ["has offsets past its end", withEntry({ data_offsets: [1000, 1024] }), /tensor a: .*reach past the file/],
  ["has overlapping tensors", withEntry({ data_offsets: [8, 32] }), /tensor .: bytes .*(overlap|gap)/],
  [
    "has a shape of another size",
    withEntry({ shape: [2, 4] }),
    /tensor a: data_offsets span 24 bytes, F32 of shape \[2,4\] takes 32/,
  ],
  ["has a shape that overflows", withEntry({ shape: [2 ** 40, 2 ** 40] }), /tensor a: shape .* overflows/],
])("a file that %s is refused by name", async (_, bytes, message) => {
  const error = await read(bytes).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(PackageError);
  expect((error as Error).message).toMatch(/model\.safetensors: /);
  expect((error as Error).message).toMatch(message);
});

it("a damaged file either reads as tensors inside it or is a PackageError", async () => {
  const valid = encodeSafetensors(tensors);
  const byte = fc.integer({ min: 0, max: 255 });
  const edit = fc.record({ at: fc.nat(valid.length - 1), remove: fc.nat(3), insert: fc.array(byte, { maxLength: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      const bytes = [...valid];
      for (const { at, remove, insert } of edits) bytes.splice(at, remove, ...insert);
      try {
        for (const { offset } of await read(Uint8Array.from(bytes))) expect(offset).toBeLessThanOrEqual(bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(PackageError);
      }
    }),
    { numRuns: 500 },
  );
});
