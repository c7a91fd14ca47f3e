import type { GrammarForm } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sampledText } from "../../../test/support/models/sampled-text.ts";
import { grammarText, sourceGrammar } from "./grammar-source.ts";
import { loadLibrary } from "./library.ts";

const library = loadLibrary();

async function accepts(source: GrammarForm, text: string): Promise<boolean> {
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
          const accepted = await library.Testings.isGrammarAcceptString(ebnf, one);
          // Beyond ASCII a class may stand for fewer characters than in JavaScript.
          if (accepted || /^[\0-\x7f]*$/.test(one)) expect(accepted, JSON.stringify(one)).toBe(whole.test(one));
        }
      },
    ),
    { numRuns: 40 },
  );
  ebnf.dispose();
});

const call = (name: string, args: string) => `<tool_call>\n{"name": "${name}", "arguments": ${args}}\n</tool_call>`;

it("tool calls have the function's name and arguments that fit it", async () => {
  const parameters = JSON.stringify({ type: "object", properties: { city: { type: "string" } }, required: ["city"] });
  const functions = [
    { name: "weather", parameters, strict: true, param: "tools[0]" },
    { name: "now", strict: false, param: "tools[1]" },
  ];
  const one = { kind: "tool-calls", functions, parallel: false } as const;
  expect(await accepts(one, call("weather", '{"city": "Oslo"}'))).toBe(true);
  expect(await accepts(one, call("now", "{}"))).toBe(true);
  expect(await accepts(one, call("weather", "{}"))).toBe(false);
  expect(await accepts(one, call("other", "{}"))).toBe(false);
  const two = `${call("now", "{}")}\n${call("weather", '{"city": "Oslo"}')}`;
  expect(await accepts(one, two)).toBe(false);
  expect(await accepts({ ...one, parallel: true }, two)).toBe(true);
});

const now = [{ name: "now", strict: false, param: "tools[0]" }];

it("text may stand alone or before calls, and never has the opening of a call", async () => {
  const source: GrammarForm = { kind: "tool-calls", functions: now, parallel: true, answer: { kind: "text" } };
  const one = call("now", "{}").replace(/[{}]/g, "\\$&");
  const grammar = await library.Grammar.fromEBNF(grammarText(source).ebnf);
  const oracle = new RegExp(`^(?:(?!<tool_call>)[^])*(?:${one}(?:\n${one})*)?$`, "u");
  const piece = fc.constantFrom("<", "<tool_call", "<tool_call>", "tool_call>", "\n", "é😀", "hi ", call("now", "{}"));
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      const text = pieces.join("");
      const accepted = await library.Testings.isGrammarAcceptString(grammar, text);
      expect(accepted, JSON.stringify(text)).toBe(oracle.test(text));
    }),
    { numRuns: 100 },
  );
  grammar.dispose();
});

it("an answer with calls may instead be JSON, and with one call alone has no second", async () => {
  const schema = JSON.stringify({ type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] });
  const answer = { kind: "json-schema", schema } as const;
  const source: GrammarForm = { kind: "tool-calls", functions: now, parallel: false, answer };
  expect(await accepts(source, '{"ok": true}')).toBe(true);
  expect(await accepts(source, "{}")).toBe(false);
  expect(await accepts(source, call("now", '{"a": 1}'))).toBe(true);
  expect(await accepts(source, `{"ok": true}\n${call("now", "{}")}`)).toBe(false);
  const text: GrammarForm = { ...source, answer: { kind: "text" } };
  expect(await accepts(text, `ok\n${call("now", "{}")}`)).toBe(true);
  expect(await accepts(text, `${call("now", "{}")}\n${call("now", "{}")}`)).toBe(false);
  expect(await accepts({ ...source, answer: { kind: "json-object" } }, '{"any": "object"}')).toBe(true);
});

it("many functions have one set of rules for any value", () => {
  const of = (count: number) => {
    const functions = Array.from({ length: count }, (_, i) => ({ name: `f${i}`, strict: false, param: "tools" }));
    return sourceGrammar({ kind: "tool-calls", functions, parallel: true, answer: { kind: "text" } });
  };
  // What a function adds: the rule of its arguments.
  expect(of(128).size - of(1).size).toBe(127);
});

it("arguments are an object, and a schema that says otherwise names its function and parameter", async () => {
  const withSchema = (schema: object, strict = true): GrammarForm => {
    const param = "tools[2].function.parameters";
    const called = { name: "now", parameters: JSON.stringify(schema), strict, param };
    return { kind: "tool-calls", functions: [called], parallel: false };
  };
  for (const schema of [{}, { description: "any" }, { type: "object" }]) {
    expect(await accepts(withSchema(schema), call("now", '{"a": 1}'))).toBe(true);
    expect(await accepts(withSchema(schema), call("now", "1"))).toBe(false);
  }
  expect(await accepts(withSchema({ properties: { a: { type: "null" } } }), call("now", '{"a": null}'))).toBe(true);
  expect(await accepts(withSchema({ not: {} }, false), call("now", '{"a": 1}'))).toBe(true);
  expect(() => grammarText(withSchema({ type: "string" }))).toThrow(
    expect.objectContaining({
      message: 'function now: #/type: must be "object", as arguments are, not "string"',
      param: "tools[2].function.parameters",
    }),
  );
});

it("refuses what is no grammar", () => {
  expect(() => grammarText({ kind: "ebnf", grammar: 'start ::= "a"' })).toThrow("no rule root");
  expect(() => grammarText({ kind: "choice", texts: [] })).toThrow("1 to 1000");
  expect(() => grammarText({ kind: "json-schema", schema: "{" })).toThrow("not JSON");
  expect(() => grammarText({ kind: "regex", pattern: "(" })).toThrow("nothing closes");
  expect(() => grammarText({ kind: "regex", pattern: "a{300}" })).toThrow("more than 256");
});
