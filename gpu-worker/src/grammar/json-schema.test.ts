import { expect, it } from "vitest";
import { GrammarError } from "./grammar-error.ts";
import { grammarText } from "./grammar-source.ts";
import { loadLibrary } from "./library.ts";

type Schema = Record<string, unknown> | boolean;

const ebnfOf = (schema: Schema) => grammarText({ kind: "json-schema", schema: JSON.stringify(schema) }).ebnf;

/** An object that a property with these values tells from others. */
function tagged(...tags: string[]) {
  const properties = { t: tags.length === 1 ? { const: tags[0] } : { enum: tags }, x: { type: "integer" } };
  return { type: "object", properties, required: ["t", "x"] };
}

it.each<[Schema, string]>([
  [{ type: "number", minimum: 3 }, 'minimum" is not supported for this type'],
  [{ type: "array", items: {}, uniqueItems: true }, '#: "uniqueItems" is not supported'],
  [{ type: "object", properties: { a: { oneOf: [{}, {}] } } }, "#/properties/a/oneOf: schemas 0 and 1 may both"],
  [{ oneOf: [{ type: "integer" }, { type: "number" }] }, "may both accept a value; demand a property"],
  [{ oneOf: [tagged("a"), tagged("b"), { ...tagged("a"), required: ["x"] }] }, "schemas 0 and 2"],
  [{ oneOf: [tagged("a"), tagged("b", "a")] }, "schemas 0 and 1"],
  [{ oneOf: [{ enum: [1, "a"] }, { const: "a" }] }, "schemas 0 and 1"],
  [{ anyOf: [{}, { not: {} }] }, '#/anyOf/1: "not" is not supported'],
  [{ type: "integer", multipleOf: 5 }, '"multipleOf" is not supported'],
  [{ $ref: "#/$defs/x", minimum: 1, $defs: { x: {} } }, '"minimum" next to "$ref"'],
  [{ $ref: "#/$defs/none" }, "nothing is at"],
  [{ $ref: "https://example.com/x" }, "only"],
  [{ $defs: { x: { $ref: "#/$defs/x" } }, $ref: "#/$defs/x" }, "refers to itself"],
  [{ type: "object", properties: { a: { $ref: "#" } }, required: ["a"] }, "no finite value"],
  [{ type: "string", pattern: "^(?=a)b$" }, "#/pattern: the pattern"],
  [{ type: "string", format: "regex" }, '#/format: "regex" is not supported'],
  [{ type: "string", pattern: "a", maxLength: 3 }, "only one"],
  [{ type: "string", maxLength: 5000 }, "more than 256"],
  [{ type: "strin" }, "is not one of"],
  [{ enum: [] }, "no listed value"],
  [{ type: "integer", minimum: 5, maximum: 3 }, "no integer"],
  [{ type: "object", properties: {}, required: ["z"] }, '"z" is not among the properties'],
  [{ minLength: 3 }, 'without "type"'],
  [false, "false accepts no value"],
  [Array.from({ length: 40 }).reduce<Schema>((items) => ({ type: "array", items }), {}), "nested more than 32"],
])("refuses %j and says why", (schema, message) => {
  expect(() => ebnfOf(schema)).toThrow(GrammarError);
  expect(() => ebnfOf(schema)).toThrow(message);
});

it.each<[object, string[], string[]]>([
  [
    { oneOf: [tagged("a"), { $ref: "#/$defs/b" }], $defs: { b: tagged("b", "c") } },
    ['{"t": "a", "x": 1}', '{"t": "b", "x": 2}', '{"t": "c", "x": 2}'],
    ['{"t": "d", "x": 1}', "{}"],
  ],
  [{ oneOf: [{ type: "string" }, { type: ["integer", "null"] }] }, ['"a"', "1", "null"], ["true", "1.5"]],
  [{ oneOf: [{ enum: ["a", "b"] }, { const: 1 }] }, ['"a"', "1"], ['"c"']],
  [{ type: "string", format: "lowercase", pattern: "^[^A-Z]*$" }, ['"ab"'], ['"Ab"']],
])("alternatives that exclude each other, and a pattern beside a format: %j", async (schema, fitting, others) => {
  const library = loadLibrary();
  const grammar = await library.Grammar.fromEBNF(ebnfOf(schema as Schema));
  for (const text of fitting)
    expect([text, await library.Testings.isGrammarAcceptString(grammar, text)]).toEqual([text, true]);
  for (const text of others)
    expect([text, await library.Testings.isGrammarAcceptString(grammar, text)]).toEqual([text, false]);
});

it("a declared name cannot come back as an additional one, however it is spelled", async () => {
  const schema = {
    type: "object",
    properties: { a: { type: "integer" } },
    required: ["a"],
    additionalProperties: { type: "string" },
  };
  const texts = [
    '{"a": 1, "b": "x"}',
    '{"a": 1, "a": "x"}',
    '{"a": 1, "\\u0061": "x"}',
    '{"a": 1, "": "x"}',
    '{"a": 1, "aa": "x"}',
  ];
  const library = loadLibrary();
  const grammar = await library.Grammar.fromEBNF(ebnfOf(schema));
  const found = texts.map((text) => library.Testings.isGrammarAcceptString(grammar, text));
  expect(await Promise.all(found)).toEqual([true, false, false, true, true]);
});

it.each([
  ...["allOf", "not", "if", "then", "else", "dependentSchemas", "dependentRequired", "dependencies", "contains"],
  ...[
    "minContains",
    "maxContains",
    "uniqueItems",
    "multipleOf",
    "patternProperties",
    "unevaluatedItems",
    "additionalItems",
  ],
  ...[
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$vocabulary",
  ],
  ...["$recursiveRef", "nullable", "discriminator", "noSuchKeyword"],
])("names %s with its place, beside any type, anyOf, enum or $ref", (keyword) => {
  const types = ["string", "integer", "number", "boolean", "null", "array", "object"];
  const others: Schema[] = [...types.map((type) => ({ type })), { anyOf: [{}] }, { enum: [1] }, { $ref: "#" }, {}];
  for (const other of others) {
    const schema = { type: "object", properties: { "a/b": { ...(other as object), [keyword]: {} } } };
    expect(() => ebnfOf(schema)).toThrow(`#/properties/a~1b: "${keyword}"`);
  }
});
