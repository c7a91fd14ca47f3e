import fc from "fast-check";
import { expect, it } from "vitest";
import { AnswerText } from "./answer-text.ts";

/** Tokens are bytes. */
const bytes = (token: number): Uint8Array => Uint8Array.of(token);
const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];

it("keeps an incomplete character back until the block that completes it", () => {
  const [a, b] = [utf8("né").slice(0, 2), utf8("né").slice(2)];
  const text = new AnswerText(bytes, []);
  expect(text.commit(a, false)).toEqual({ text: "n", start: 0 });
  expect(text.commit(b, true)).toEqual({ text: "é", start: 1 });
});

it("the last commit flushes invalid bytes as replacement characters", () => {
  expect(new AnswerText(bytes, []).commit(utf8("你").slice(0, 2), true).text).toBe("\uFFFD");
});

it("finds a stop string across blocks and shows nothing of it", () => {
  const text = new AnswerText(bytes, ["\n\nEND"]);
  expect(text.commit(utf8("one\n\nE"), false)).toEqual({ text: "one", start: 0 });
  expect(text.commit(utf8("ND two"), false)).toEqual({ text: "", start: 3, stop: "\n\nEND" });
});

it("of several stop strings it names the one that stands first, and at one place the first of the list", () => {
  const stopOf = (...stops: string[]) => new AnswerText(bytes, stops).commit(utf8("one two"), true).stop;
  expect([stopOf("two", "one"), stopOf("one", "one t"), stopOf("one t", "one")]).toEqual(["one", "one", "one t"]);
});

it("tells whether tokens would end the text, and is not changed by that", () => {
  const text = new AnswerText(bytes, ["STOP"]);
  text.commit(utf8("a ST"), false);
  expect([text.stops(utf8("OP")), text.stops(utf8("AY STO")), text.stops(utf8("AY STOP"))]).toEqual([
    true,
    false,
    true,
  ]);
  expect(text.commit(utf8("AY"), true)).toEqual({ text: "STAY", start: 2 });
});

it("needs the tokens up to the end of a stop string, across blocks, and otherwise all", () => {
  const text = new AnswerText(bytes, ["STOP"]);
  expect(text.needed(utf8("no end"))).toBe(6);
  text.commit(utf8("a ST"), false);
  expect(text.needed(utf8("OP and more"))).toBe(2);
  expect(text.needed(utf8("AY STOP!"))).toBe(7);
});

it("shows what looked like a stop string and was none", () => {
  const text = new AnswerText(bytes, ["STOP"]);
  text.commit(utf8("a ST"), false);
  expect(text.commit(utf8("AY"), true)).toEqual({ text: "STAY", start: 2 });
});

it("a preview begins with what was kept back and counts holes", () => {
  const text = new AnswerText(bytes, ["STOP"]);
  text.commit(utf8("a S"), false);
  const [h, i] = utf8("hi") as [number, number];
  expect(text.preview([h, undefined, undefined, i])).toEqual({ content: ["Sh", 2, "i"], offsets: [1, 2, 2, 2, 3] });
});

it("commits join to the decoded whole, cut at the first stop string, however the tokens are cut into blocks", () => {
  const word = fc.constantFrom("a", "ST", "STOP", "é", "你", "🙂", "x");
  const anyBytes = fc.uint8Array({ maxLength: 12 }).map((b) => [...b]);
  fc.assert(
    fc.property(fc.array(fc.oneof(word.map(utf8), anyBytes)), fc.integer({ min: 1, max: 9 }), (parts, size) => {
      const tokens = parts.flat();
      const whole = new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(tokens));
      const answer = new AnswerText(bytes, ["STOP"]);
      let joined = "";
      for (let at = 0; at < tokens.length; at += size) {
        const { text, start, stop } = answer.commit(tokens.slice(at, at + size), at + size >= tokens.length);
        expect(start).toBe(joined.length);
        joined += text;
        if (stop !== undefined) break;
      }
      expect(joined).toBe(whole.split("STOP")[0]);
    }),
  );
});

it("a mask behind an incomplete character stands behind its U+FFFD", () => {
  const text = new AnswerText(bytes, []);
  const [first, second, third] = utf8("你") as [number, number, number];
  const cut = { content: ["\uFFFD", 1, "\uFFFDa"], offsets: [0, 1, 1, 2, 3] };
  expect(text.preview([first, undefined, third, utf8("a")[0]])).toEqual(cut);
  text.commit([first], false);
  expect(text.preview([undefined])).toEqual({ content: ["\uFFFD", 1], offsets: [1, 1] });
  expect(text.preview([second, third])).toEqual({ content: ["你"], offsets: [0, 0, 1] });
});

it("a cell stands at the character that has its first byte, wherever tokens cut characters", () => {
  const texts = fc.constantFrom("a", "é", "你", "🙂", "\uFFFD", "\uFEFF").map(utf8);
  const lengths = fc.infiniteStream(fc.integer({ min: 0, max: 3 }));
  const cells = fc.tuple(fc.array(fc.oneof(texts, fc.uint8Array({ maxLength: 3 }))), lengths).map(([parts, sizes]) => {
    const rest = parts.flatMap((part) => [...part]);
    return Array.from(sizes.take(2 * rest.length), (size) => rest.splice(0, size));
  });
  const masks = fc.infiniteStream(fc.nat(4));
  let cut = 0;
  fc.assert(
    fc.property(fc.nat(3), cells, masks, (heldBytes, tokens, masked) => {
      const held = utf8("🙂").slice(0, heldBytes);
      const text = new AnswerText((token) => Uint8Array.from(token < 0 ? held : tokens[token]!), []);
      text.commit([-1], false);
      const shown = Array.from(tokens.keys(), (token) => (masked.next().value === 0 ? undefined : token));
      const expected = slowPreview([held, ...shown.map((token) => (token === undefined ? undefined : tokens[token]))]);
      expect(text.preview(shown)).toEqual({ ...expected, offsets: expected.offsets.slice(1) });
      if (expected.content.some((part) => typeof part === "string" && part.includes("\uFFFD"))) cut++;
    }),
    { seed: 1, numRuns: 500 },
  );
  expect(cut).toBeGreaterThan(100);
});

/** The content, byte by byte: characters are found by trying every length. A cell stands at the character of its first byte. */
function slowPreview(cells: readonly (readonly number[] | undefined)[]) {
  const units = cells.flatMap((cell, i) => (cell ?? [undefined]).map((byte) => ({ byte, i })));
  const content: (string | number)[] = [];
  const places = new Map<number, number>();
  let length = 0;
  for (let at = 0; at < units.length; ) {
    const { size, part } = nextPart(units.slice(at).map(({ byte }) => byte));
    for (const { i } of units.slice(at, at + size)) if (!places.has(i)) places.set(i, length);
    at += size;
    if (typeof part === "string") length += part.length;
    const last = content.at(-1);
    if (typeof last === "number" && typeof part === "number") content[content.length - 1] = last + part;
    else if (typeof last === "string" && typeof part === "string") content[content.length - 1] = last + part;
    else content.push(part);
  }
  const offset = (i: number): number => (i < cells.length ? (places.get(i) ?? offset(i + 1)) : length);
  return { content, offsets: Array.from({ length: cells.length + 1 }, (_, i) => offset(i)) };
}

/** A mask, a character, or the longest beginning of one. */
function nextPart(bytes: readonly (number | undefined)[]): { size: number; part: string | number } {
  if (bytes[0] === undefined) return { size: 1, part: 1 };
  const end = bytes.indexOf(undefined);
  const prefixes = [1, 2, 3, 4].map((size) => bytes.slice(0, end < 0 ? size : Math.min(size, end)) as number[]);
  const decoded = (prefix: readonly number[], stream: boolean): string | undefined => {
    try {
      return new TextDecoder("utf-8", { ignoreBOM: true, fatal: true }).decode(Uint8Array.from(prefix), { stream });
    } catch {
      return undefined;
    }
  };
  for (const prefix of prefixes) {
    const character = decoded(prefix, false);
    if (character !== undefined) return { size: prefix.length, part: character };
  }
  return { size: prefixes.findLast((prefix) => decoded(prefix, true) === "")?.length ?? 1, part: "\uFFFD" };
}
