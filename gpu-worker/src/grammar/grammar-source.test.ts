import fc from "fast-check";
import { expect, it } from "vitest";
import { sampledText } from "../../../test/support/models/sampled-text.ts";
import { type GrammarSource, grammarText, sourceGrammar } from "./grammar-source.ts";
import { loadLibrary } from "./library.ts";

const library = loadLibrary();

async function accepts(source: GrammarSource, text: string): Promise<boolean> {
  const grammar = await library.Grammar.fromEBNF(grammarText(source).ebnf);
  const accepted = await library.Testings.isGrammarAcceptString(grammar, text);
  grammar.dispose();
  return accepted;
}

it("json-object is any object in the fixed form", async () => {
  const source = { kind: "json-object" } as const;
  expect(await accepts(source, '{"a": [1, -2.5e+10, "\\u00e9\\n", {}, []], "b": {"c": null}}')).toBe(true);
  expect(await accepts(source, "[]")).toBe(false);
  expect(await accepts(source, '{"a":1}')).toBe(false);
  expect(grammarText(source).shortest).toBe("{}");
});

it("choice is one of its texts, whatever characters they have", async () => {
  const texts = ["yes", 'no "really"', "é\u2028\\", "line\nend"];
  const source = { kind: "choice", texts } as const;
  for (const text of texts) expect(await accepts(source, text)).toBe(true);
  expect(await accepts(source, "no")).toBe(false);
});

it.each([
  "a|b+",
  "[a-f0-9]{2,4}",
  "(?:x|yz)*w?",
  "\\d+\\.\\d{2}",
  "[^a]b",
  "^\\w+$",
  "\\u{1F600}|\\x41",
  "a{0}b",
  ".\\s\\S",
  "[\\]\\-^]+",
])("a regular expression accepts what JavaScript matches: %s", async (pattern) => {
  const source = { kind: "regex", pattern } as const;
  const whole = new RegExp(`^(?:${pattern})$`, "u");
  const grammar = sourceGrammar(source);
  const ebnf = await library.Grammar.fromEBNF(grammarText(source).ebnf);
  const given = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."abxyzw019.-]^ A_😀\n\0") }),
    fc.constantFrom("ab", "12.34", "yzw"),
  );
  await fc.assert(
    fc.asyncProperty(
      given,
      fc.array(fc.double({ min: 0, max: 0.99, noNaN: true }), { minLength: 20 }),
      async (text, numbers) => {
        let at = 0;
        const sampled = sampledText(grammar, () => numbers[at++ % numbers.length] as number);
        expect(whole.test(sampled), JSON.stringify(sampled)).toBe(true);
        for (const one of [text, sampled]) {
          // The library's check reads texts up to a NUL.
          if (one.includes("\0")) continue;
          expect(await library.Testings.isGrammarAcceptString(ebnf, one), JSON.stringify(one)).toBe(whole.test(one));
        }
      },
    ),
    { numRuns: 40 },
  );
  ebnf.dispose();
});

it("tool calls have the function's name and arguments that fit it", async () => {
  const parameters = JSON.stringify({ type: "object", properties: { city: { type: "string" } }, required: ["city"] });
  const functions = [{ name: "weather", parameters }, { name: "now" }];
  const call = (name: string, args: string) => `<tool_call>\n{"name": "${name}", "arguments": ${args}}\n</tool_call>`;
  const one = { kind: "tool-calls", functions, parallel: false } as const;
  expect(await accepts(one, call("weather", '{"city": "Oslo"}'))).toBe(true);
  expect(await accepts(one, call("now", "{}"))).toBe(true);
  expect(await accepts(one, call("weather", "{}"))).toBe(false);
  expect(await accepts(one, call("other", "{}"))).toBe(false);
  const two = `${call("now", "{}")}\n${call("weather", '{"city": "Oslo"}')}`;
  expect(await accepts(one, two)).toBe(false);
  expect(await accepts({ ...one, parallel: true }, two)).toBe(true);
});

it("refuses what is no grammar", () => {
  expect(() => grammarText({ kind: "ebnf", grammar: 'start ::= "a"' })).toThrow("no rule root");
  expect(() => grammarText({ kind: "choice", texts: [] })).toThrow("1 to 1000");
  expect(() => grammarText({ kind: "json-schema", schema: "{" })).toThrow("not JSON");
  expect(() => grammarText({ kind: "regex", pattern: "(" })).toThrow("nothing closes");
  expect(() => grammarText({ kind: "regex", pattern: "a{300}" })).toThrow("more than 256");
});
