import fc from "fast-check";
import { expect, it } from "vitest";
import { spelling } from "../tokenizer/byte-level.ts";
import { BOUNDARY, Utf8Tokens } from "./utf8.ts";

const bytes = new Utf8Tokens(Array.from({ length: 256 }, (_, byte) => spelling(Uint8Array.of(byte))));
const isUtf8 = (text: readonly number[]): boolean => {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(text));
    return true;
  } catch {
    return false;
  }
};
const endState = (text: readonly number[]): number | undefined =>
  text.reduce<number | undefined>(
    (state, byte) => (state === undefined ? undefined : bytes.after(state, byte)),
    BOUNDARY,
  );

it("accepts what a decoder accepts", () => {
  const lead = fc.constantFrom(0x41, 0x80, 0xc1, 0xc2, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff);
  const next = fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0);
  const text = fc.array(fc.oneof(lead, next), { maxLength: 6 });
  fc.assert(
    fc.property(text, (text) => {
      expect(endState(text) === BOUNDARY).toBe(isUtf8(text));
    }),
    { numRuns: 5_000 },
  );
});

it("restricts a bitmask to the tokens that may follow, and keeps an end token between characters", () => {
  const all = () => new Int32Array(8).fill(-1);
  const ends = new Set([3]);
  const allowed = (mask: Int32Array) =>
    Array.from({ length: 256 }, (_, i) => i).filter((i) => (mask[i >> 5]! >> (i & 31)) & 1);
  const afterF4 = bytes.after(BOUNDARY, 0xf4)!;
  expect(allowed(bytes.restrict(all(), afterF4, ends))).toEqual(Array.from({ length: 16 }, (_, i) => 0x80 + i));
  const atBoundary = allowed(bytes.restrict(all(), BOUNDARY, ends));
  expect(atBoundary).toContain(3);
  expect(atBoundary).not.toContain(0xf5);
  expect(allowed(bytes.restrict(new Int32Array(8), BOUNDARY, ends))).toEqual([]);
});
