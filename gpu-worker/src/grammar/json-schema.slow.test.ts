/** The guaranteed subset: whatever the grammar accepts is valid by an independent validator, and what is valid is accepted. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { ajv, inOrder, type Schema } from "../../../test/support/models/in-order.ts";
import { sampledText } from "../../../test/support/models/sampled-text.ts";
import { FORMATS } from "./formats.ts";
import { grammarText, sourceGrammar } from "./grammar-source.ts";
import { jsonText } from "./json-text.ts";
import { loadLibrary } from "./library.ts";

const library = loadLibrary();

const grammarOf = (schema: Schema) => sourceGrammar({ kind: "json-schema", schema: JSON.stringify(schema) });
const ebnfOf = (schema: Schema) => grammarText({ kind: "json-schema", schema: JSON.stringify(schema) }).ebnf;

/** Whether the library accepts a text. It aborts for good when it cannot read a grammar. */
async function accepted(ebnf: string, texts: readonly string[]): Promise<boolean[]> {
  const grammar = await library.Grammar.fromEBNF(ebnf);
  const found: boolean[] = [];
  for (const text of texts) found.push(await library.Testings.isGrammarAcceptString(grammar, text));
  grammar.dispose();
  return found;
}

// No empty name: the validator takes it for present in every object.
const name = fc.constantFrom("a", "b", "ab", 'q"uote', "back\\slash", "é", "line\n");
const scalar = fc.oneof(fc.string({ unit: "binary", maxLength: 4 }), fc.integer(), fc.boolean(), fc.constant(null));
const size = fc.nat({ max: 3 });
const limits = fc.tuple(size, size).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.constantFrom<Schema>({}, true, { type: "string" }, { type: "number" }, { type: "integer" }, { type: "boolean" }),
  fc.constantFrom<Schema>({ type: ["string", "null"], title: "t" }, { type: ["integer", "number"] }, { type: "null" }),
  fc.array(scalar, { minLength: 1, maxLength: 4 }).map((values) => ({ enum: values })),
  scalar.map((value) => ({ const: value, description: "one" })),
  limits.map(([minLength, maxLength]) => ({ type: "string", minLength, maxLength })),
  fc
    .constantFrom("^a+b$", "[0-9]{2}", "^x|y$", '^["\\\\\\n]*$', "^[^a-y]$", "(?:ab|c)+")
    .map((pattern) => ({ type: "string", pattern })),
  fc.constantFrom(...FORMATS.keys()).map((format) => ({ type: "string", format })),
  fc.tuple(fc.integer({ min: -2000, max: 2000 }), fc.nat({ max: 3000 })).chain(([minimum, span]) =>
    fc.constantFrom<Schema>(
      ...[
        { type: "integer", minimum },
        { type: "integer", exclusiveMaximum: minimum },
        { type: "integer", maximum: minimum + 0.5 },
      ],
      ...[
        { type: "integer", minimum, maximum: minimum + span },
        { type: "integer", exclusiveMinimum: minimum - 1, maximum: minimum + span },
      ],
    ),
  ),
);

const { schema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc
      .record({ items: tie("schema"), counts: limits })
      .map(({ items, counts: [minItems, maxItems] }) => ({ type: "array", items, minItems, maxItems })),
    fc
      .record({
        first: fc.array(tie("schema"), { minLength: 1, maxLength: 3 }),
        rest: fc.constantFrom(true, false),
        min: size,
      })
      .map(({ first, rest, min }) => ({
        type: "array",
        prefixItems: first,
        items: rest,
        minItems: rest ? min : Math.min(min, first.length),
      })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((schemas) => ({
      oneOf: schemas.map((a, tag) => ({ type: "object", properties: { tag: { const: tag }, a }, required: ["tag"] })),
    })),
    fc
      .record({
        entries: fc.array(fc.tuple(name, tie("schema"), fc.boolean()), { maxLength: 4 }),
        open: fc.constantFrom<unknown>(false, true, { type: "integer" }),
      })
      .map(({ entries, open }) => ({
        type: "object",
        properties: Object.fromEntries(entries.map(([key, value]) => [key, value])),
        required: [...new Set(entries.filter(([, , required]) => required).map(([key]) => key))],
        additionalProperties: open,
      })),
    fc.tuple(tie("schema"), limits).map(([additionalProperties, [minProperties, maxProperties]]) => ({
      type: "object",
      additionalProperties,
      minProperties: Math.min(minProperties, 1),
      maxProperties: Math.max(maxProperties, 1),
    })),
  ) as fc.Arbitrary<Schema>,
}));

it("every text of a schema's grammar is valid by an independent validator, and the library accepts it", async () => {
  await fc.assert(
    fc.asyncProperty(
      schema,
      fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 50, maxLength: 200 }),
      async (schema, numbers) => {
        let at = 0;
        const random = () => numbers[at++ % numbers.length] as number;
        const grammar = grammarOf(schema);
        const texts = Array.from({ length: 5 }, () => sampledText(grammar, random));
        const validate = ajv.compile(schema);
        for (const text of texts)
          expect(validate(JSON.parse(text)), `${text} for ${JSON.stringify(schema)}`).toBe(true);
        expect(await accepted(ebnfOf(schema), texts), JSON.stringify([schema, texts])).toEqual(texts.map(() => true));
      },
    ),
    { numRuns: 25 },
  );
});

const value: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.oneof(
      scalar,
      fc.integer({ min: -2000, max: 2000 }),
      fc.double({ min: -1e15, max: 1e15, noNaN: true }).filter((x) => !Object.is(x, -0)),
    ),
    fc.constantFrom("aab", "x12", "2024-02-29", "10:00:00Z", "a.b", "1.2.3.4", "::1", '"\\\n'),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3 }),
  ),
})).value;

it("a value in the fixed form is accepted exactly if an independent validator finds it valid", async () => {
  await fc.assert(
    fc.asyncProperty(schema, fc.array(value, { minLength: 12, maxLength: 12 }), async (schema, values) => {
      const validate = ajv.compile(schema);
      const ordered = values.map((value) => inOrder(value, schema)).filter(isWellFormed);
      const found = await accepted(ebnfOf(schema), ordered.map(jsonText));
      const valid = ordered.map((value) => validate(value));
      expect(found, JSON.stringify([schema, ordered])).toEqual(valid);
    }),
    { numRuns: 25 },
  );
});

/** No half of a surrogate pair, which is no text. */
function isWellFormed(value: unknown): boolean {
  return jsonText(value).isWellFormed() && !/\\ud[89a-f]/.test(jsonText(value));
}
