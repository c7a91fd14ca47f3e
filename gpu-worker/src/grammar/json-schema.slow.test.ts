/** The guaranteed subset: whatever the grammar accepts is valid by an independent validator, and what is valid is accepted. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { ajv, inOrder, type Schema } from "../../../test/support/models/in-order.ts";
import { name, scalar, randomSchema as schema } from "../../../test/support/models/random-schema.ts";
import { sampledText } from "../../../test/support/models/sampled-text.ts";
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
