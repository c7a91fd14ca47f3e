/**
 * Structured output: the parameters by which OpenAI, vLLM and SGLang say what an answer must be, and the form that each becomes.
 * Keywords of schemas and the syntax of patterns are the worker's to check.
 */
import { z } from "@hono/zod-openapi";
import {
  type GrammarForm,
  type GrammarSource,
  isNestedDeeper,
  type JsonForm,
  MAX_GRAMMAR_LENGTH,
  MAX_GRAMMAR_TEXTS,
  MAX_NESTING,
} from "@palimpsest/proto";
import { unsupported } from "./unsupported-parameters.ts";

type AnswerForm = Exclude<GrammarForm, { kind: "tool-calls" }>;

const NAME_RULE = "a name has 1 to 64 letters, digits, underscores and hyphens";
const KINDS = 'must be "text", "json_object" or "json_schema"; other formats are not supported';

/** A schema as an object. */
export const schemaObject = z
  .record(z.string(), z.unknown())
  .refine((schema) => !isNestedDeeper(schema, MAX_NESTING), {
    error: `more than ${MAX_NESTING} objects or lists stand inside each other; send a flatter schema`,
  })
  .refine((schema) => JSON.stringify(schema).length <= MAX_GRAMMAR_LENGTH, {
    error: `has more than ${MAX_GRAMMAR_LENGTH} characters; send a smaller schema`,
  });

const source = z.string().min(1).max(MAX_GRAMMAR_LENGTH);
const schema = z.union([schemaObject, source]);
const texts = z.array(z.string().min(1).max(MAX_GRAMMAR_LENGTH)).min(1).max(MAX_GRAMMAR_TEXTS);

export const responseFormat = z.discriminatedUnion(
  "type",
  [
    z.object({ type: z.literal("text") }),
    z.object({
      type: z.literal("json_object"),
      schema: schemaObject.nullish().openapi({ description: "As in json_schema: some clients put it here." }),
    }),
    z.object({
      type: z.literal("json_schema"),
      json_schema: z.object({
        name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, NAME_RULE),
        description: z.string().nullish(),
        schema: schemaObject,
        strict: z
          .boolean()
          .nullish()
          .openapi({ description: "The answer always fits the schema, also when this is false." }),
      }),
    }),
  ],
  { error: ({ code }) => (code === "invalid_union" ? KINDS : undefined) },
);

/** vLLM's object of constraints, of which a request has one. */
const structuredOutputs = z.object({
  json: schema.nullish(),
  regex: source.nullish(),
  choice: texts.nullish(),
  grammar: source.nullish(),
  json_object: z.boolean().nullish(),
  structural_tag: unsupported("structural tags are not supported; use tools"),
  whitespace_pattern: unsupported("JSON has one form here, with a blank behind commas and colons"),
  disable_any_whitespace: z.boolean().nullish(),
  disable_additional_properties: unsupported("say it in the schema, by additionalProperties", false),
});

const pattern = "A regular expression for the whole answer.";
const ebnf = "EBNF whose rule `root` is the answer.";

export const structuredParameters = {
  response_format: responseFormat.nullish().openapi({ description: "The form of the answer." }),
  structured_outputs: structuredOutputs.nullish().openapi({ description: "vLLM's way to say the form of the answer." }),
  guided_json: schema.nullish().openapi({ description: "A JSON Schema, as an object or as text." }),
  guided_regex: source.nullish().openapi({ description: pattern }),
  guided_choice: texts.nullish().openapi({ description: "The answer is one of these texts." }),
  guided_grammar: source.nullish().openapi({ description: ebnf }),
  json_schema: schema.nullish().openapi({ description: "A JSON Schema, as an object or as text." }),
  regex: source.nullish().openapi({ description: pattern }),
  ebnf: source.nullish().openapi({ description: ebnf }),
};

const structuredBody = z.object(structuredParameters);
export type StructuredParameters = z.infer<typeof structuredBody>;

/** The form of a format as OpenAI's endpoints have it, at whatever place; undefined for text. */
export function formatForm(
  format: { readonly type: "text" | "json_object" } | { readonly type: "json_schema"; readonly schema: object },
): JsonForm | undefined {
  switch (format.type) {
    case "text":
      return undefined;
    case "json_object":
      return { kind: "json-object" };
    case "json_schema":
      return { kind: "json-schema", schema: JSON.stringify(format.schema) };
  }
}

/** Every form that the body asks for: more than one is a contradiction. */
export function structuredForms(body: StructuredParameters): (AnswerForm & { readonly param: string })[] {
  const { response_format: format, structured_outputs: outputs } = body;
  const form = format && formatForm(flat(format));
  const within = (name: string) => `structured_outputs.${name}`;
  return [
    ...(form ? [{ ...form, param: "response_format" }] : []),
    ...given(outputs?.json, (it) => ({ kind: "json-schema", schema: schemaText(it), param: within("json") })),
    ...given(outputs?.regex, (it) => ({ kind: "regex", pattern: it, param: within("regex") })),
    ...given(outputs?.choice, (it) => ({ kind: "choice", texts: it, param: within("choice") })),
    ...given(outputs?.grammar, (it) => ({ kind: "ebnf", grammar: it, param: within("grammar") })),
    ...given(outputs?.json_object || undefined, () => ({ kind: "json-object", param: within("json_object") })),
    ...given(body.guided_json, (it) => ({ kind: "json-schema", schema: schemaText(it), param: "guided_json" })),
    ...given(body.guided_regex, (it) => ({ kind: "regex", pattern: it, param: "guided_regex" })),
    ...given(body.guided_choice, (it) => ({ kind: "choice", texts: it, param: "guided_choice" })),
    ...given(body.guided_grammar, (it) => ({ kind: "ebnf", grammar: it, param: "guided_grammar" })),
    ...given(body.json_schema, (it) => ({ kind: "json-schema", schema: schemaText(it), param: "json_schema" })),
    ...given(body.regex, (it) => ({ kind: "regex", pattern: it, param: "regex" })),
    ...given(body.ebnf, (it) => ({ kind: "ebnf", grammar: it, param: "ebnf" })),
  ];
}

/** A parameter at fault, as zod reports it. */
export interface Fault {
  readonly path: string[];
  readonly message: string;
}

/** Parameters of an answer without a form. */
interface FreeParameters {
  readonly min_tokens?: number | null | undefined;
  readonly ignore_eos?: boolean | null | undefined;
  readonly logprobs?: boolean | number | null | undefined;
}

/** Two forms for one answer, and parameters that a grammar leaves no room for. */
export function* structuredFaults(
  body: StructuredParameters & FreeParameters,
  grammar: GrammarSource | undefined,
): Generator<Fault> {
  const [first, second] = structuredForms(body);
  if (first && second) yield conflict(second.param, first.param);
  if (grammar && body.min_tokens) yield conflict("min_tokens", grammar.param);
  if (grammar && body.ignore_eos) yield conflict("ignore_eos", grammar.param);
  // No forward scores text that the form forces.
  if (grammar && body.logprobs != null && body.logprobs !== false) yield conflict("logprobs", grammar.param);
}

export function conflict(param: string, other: string): Fault {
  return { path: param.split("."), message: `can't be combined with ${other}: leave one of them out` };
}

function flat(format: z.infer<typeof responseFormat>): Parameters<typeof formatForm>[0] {
  switch (format.type) {
    case "text":
      return format;
    case "json_object":
      return format.schema ? { type: "json_schema", schema: format.schema } : { type: format.type };
    case "json_schema":
      return { type: format.type, schema: format.json_schema.schema };
  }
}

function given<T>(
  value: T | null | undefined,
  form: (value: T) => AnswerForm & { readonly param: string },
): (AnswerForm & { readonly param: string })[] {
  return value == null ? [] : [form(value)];
}

function schemaText(schema: object | string): string {
  return typeof schema === "string" ? schema : JSON.stringify(schema);
}
