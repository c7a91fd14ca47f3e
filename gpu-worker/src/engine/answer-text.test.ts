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
