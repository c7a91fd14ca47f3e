/**
 * The JSON Schema Test Suite (draft 7, MIT licence, see LICENSE) through our grammars: a schema is refused by name, or its grammar has
 * valid values only.
 *
 * Most of its schemas have no `type`, without which a keyword says nothing of other types; we refuse them. They are judged a second
 * time with the type of their keywords added, then by an independent validator.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { GrammarError } from "../../../gpu-worker/src/grammar/grammar-error.ts";
import { grammarText } from "../../../gpu-worker/src/grammar/grammar-source.ts";
import { jsonText } from "../../../gpu-worker/src/grammar/json-text.ts";
import { loadLibrary } from "../../../gpu-worker/src/grammar/library.ts";
import { ajv, inOrder, type Schema } from "../../support/models/in-order.ts";

export const FIXTURE = fileURLToPath(new URL("draft7.jsonl", import.meta.url));

interface SuiteCase {
  readonly keyword: string;
  readonly description: string;
  readonly schema: Schema;
  readonly tests: readonly { readonly description: string; readonly data: unknown; readonly valid: boolean }[];
}

export interface Judged extends Omit<SuiteCase, "tests"> {
  /** `type` was added to the suite's schema. */
  readonly isTyped: boolean;
  /** The error that names keyword and place; no instance is judged then. */
  readonly refusal?: string;
  readonly instances: readonly Instance[];
}

export interface Instance {
  readonly text: string;
  readonly isValid: boolean;
  readonly isAccepted: boolean;
  /** The documented rule by which a valid value is not accepted. */
  readonly exception?: Exception;
}

export type Exception = "undeclared property" | "form of the format";

export async function judgedSuite(): Promise<Judged[]> {
  const library = loadLibrary();
  const judged: Judged[] = [];
  const judge = async ({ tests, ...one }: SuiteCase, isTyped: boolean): Promise<Judged> => {
    const ebnf = ebnfOf(one.schema);
    if (ebnf instanceof GrammarError) return { ...one, isTyped, refusal: ebnf.message, instances: [] };
    const grammar = await library.Grammar.fromEBNF(ebnf);
    const instances: Instance[] = [];
    for (const test of tests) {
      const { data } = test;
      const valid = isTyped ? ajv.validate(one.schema, data) : test.valid;
      const value = inOrder(data, one.schema);
      const text = jsonText(value);
      const isAccepted = await library.Testings.isGrammarAcceptString(grammar, text);
      const exception = valid && !isAccepted ? exceptionOf(value, one) : undefined;
      instances.push({ text, isValid: valid, isAccepted, ...(exception && { exception }) });
    }
    grammar.dispose();
    return { ...one, isTyped, instances };
  };
  for (const one of readSuite()) {
    const asItIs = await judge(one, false);
    judged.push(asItIs);
    if (asItIs.refusal?.includes('without "type"'))
      judged.push(await judge({ ...one, schema: withTypes(one.schema) as Schema }, true));
  }
  return judged;
}

function readSuite(): SuiteCase[] {
  const lines = readFileSync(FIXTURE, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as SuiteCase);
}

function ebnfOf(schema: Schema): string | GrammarError {
  try {
    return grammarText({ kind: "json-schema", schema: JSON.stringify(schema) }).ebnf;
  } catch (error) {
    if (error instanceof GrammarError) return error;
    throw error;
  }
}

const TYPE_OF: Readonly<Record<string, string>> = {
  ...of("integer", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
  ...of("string", ["minLength", "maxLength", "pattern", "format", "contentEncoding", "contentMediaType"]),
  ...of("array", ["items", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains"]),
  ...of("object", ["properties", "required", "additionalProperties", "patternProperties", "propertyNames"]),
  ...of("object", ["minProperties", "maxProperties", "dependencies"]),
};

function of(type: string, keywords: readonly string[]): Record<string, string> {
  return Object.fromEntries(keywords.map((keyword) => [keyword, type]));
}

/** Schemas by the keywords that hold them: others hold values, which stay as they are. */
const SUBSCHEMAS = ["items", "additionalProperties", "propertyNames", "anyOf", "oneOf", "allOf", "not", "contains"];
const NAMED_SUBSCHEMAS = ["properties", "definitions", "$defs"];

function withTypes(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withTypes);
  if (typeof schema !== "object" || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, unknown] => {
    if (SUBSCHEMAS.includes(key)) return [key, withTypes(value)];
    if (!NAMED_SUBSCHEMAS.includes(key)) return [key, value];
    return [key, Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, withTypes(one)]))];
  });
  const types = new Set(Object.keys(schema).flatMap((key) => TYPE_OF[key] ?? []));
  const isUntyped = !("type" in schema) && types.size > 0;
  return { ...(isUntyped && { type: [...types] }), ...Object.fromEntries(entries) };
}

/** Objects with `properties` have no others, unless the schema says so; of a format, the usual forms are written. */
function exceptionOf(
  value: unknown,
  { keyword, schema }: Pick<SuiteCase, "keyword" | "schema">,
): Exception | undefined {
  if (!ajv.validate(closed(schema) as Schema, value)) return "undeclared property";
  return keyword.startsWith("format ") ? "form of the format" : undefined;
}

function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const isOpen = "properties" in schema && !("additionalProperties" in schema);
  const entries = Object.entries(schema).map(([key, value]) => [
    key,
    ["const", "enum"].includes(key) ? value : closed(value),
  ]);
  return { ...Object.fromEntries(entries), ...(isOpen && { additionalProperties: false }) };
}
