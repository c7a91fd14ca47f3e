/** The form of an answer, between its plain form and the messages of `generate.proto`. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import * as wire from "../gen/palimpsest/v1/generate_pb.js";
import { defined } from "./defined.ts";
import type { GrammarForm, GrammarSource, ToolCallForm } from "./grammar-source.ts";
import { CodecError } from "./wire-names.ts";

type SourceInit = NonNullable<MessageInitShape<typeof wire.GrammarSchema>["source"]>;

export function encodeGrammar(source: GrammarSource): wire.Grammar {
  return create(wire.GrammarSchema, { param: source.param, source: encodeForm(source) });
}

/** @throws CodecError for a form of a newer version */
export function decodeGrammar({ param, source }: wire.Grammar): GrammarSource {
  return { ...decodeForm(source), param };
}

function encodeForm(form: GrammarForm): SourceInit {
  switch (form.kind) {
    case "json-object":
      return { case: "jsonObject", value: {} };
    case "json-schema":
      return { case: "jsonSchema", value: form.schema };
    case "regex":
      return { case: "regex", value: form.pattern };
    case "choice":
      return { case: "choice", value: { texts: [...form.texts] } };
    case "ebnf":
      return { case: "ebnf", value: form.grammar };
    case "tool-calls":
      return { case: "toolCalls", value: encodeCalls(form) };
  }
}

function decodeForm(source: wire.Grammar["source"]): GrammarForm {
  switch (source.case) {
    case "jsonObject":
      return { kind: "json-object" };
    case "jsonSchema":
      return { kind: "json-schema", schema: source.value };
    case "regex":
      return { kind: "regex", pattern: source.value };
    case "choice":
      return { kind: "choice", texts: source.value.texts };
    case "ebnf":
      return { kind: "ebnf", grammar: source.value };
    case "toolCalls":
      return decodeCalls(source.value);
    case undefined:
      throw new CodecError("unknown form of an answer: was it written by a newer version?", { param: "grammar" });
  }
}

function encodeCalls({
  functions,
  parallel,
  answer,
}: ToolCallForm): MessageInitShape<typeof wire.ToolCallGrammarSchema> {
  return {
    functions: functions.map((one) => ({ ...one })),
    parallel,
    ...defined({ answer: answer && encodeAnswer(answer) }),
  };
}

function encodeAnswer(answer: NonNullable<ToolCallForm["answer"]>) {
  switch (answer.kind) {
    case "text":
      return { case: "text" as const, value: {} };
    case "json-object":
      return { case: "jsonObject" as const, value: {} };
    case "json-schema":
      return { case: "jsonSchema" as const, value: answer.schema };
  }
}

function decodeCalls({ functions, parallel, answer }: wire.ToolCallGrammar): ToolCallForm {
  const called = functions.map(({ name, parameters, strict, param }) => ({
    name,
    strict,
    param,
    ...defined({ parameters }),
  }));
  return { kind: "tool-calls", functions: called, parallel, ...defined({ answer: decodeAnswer(answer) }) };
}

function decodeAnswer(answer: wire.ToolCallGrammar["answer"]): ToolCallForm["answer"] {
  switch (answer.case) {
    case "text":
      return { kind: "text" };
    case "jsonObject":
      return { kind: "json-object" };
    case "jsonSchema":
      return { kind: "json-schema", schema: answer.value };
    case undefined:
      return undefined;
  }
}
