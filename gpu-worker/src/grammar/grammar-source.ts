/** The forms in which a request says what its answer must be, each as the EBNF text that the matcher compiles. */
import { type GrammarForm, MAX_GRAMMAR_LENGTH, MAX_GRAMMAR_TEXTS } from "@palimpsest/proto";
import { ebnf } from "./ebnf.ts";
import { character, choice, type Expression, type Grammar, parts, ROOT, rule, text } from "./expression.ts";
import { GrammarError } from "./grammar-error.ts";
import { schemaGrammar } from "./json-schema.ts";
import { ANY, anyValueRules } from "./json-text.ts";
import { leftRecursive } from "./recursion.ts";
import { regexExpression } from "./regex.ts";
import { allTexts } from "./shortest-text.ts";
import { toolCalls } from "./tool-calls.ts";

export interface GrammarText {
  readonly ebnf: string;
  /** The shortest text that the grammar accepts. Absent for EBNF, which is not read here. */
  readonly shortest?: string;
}

/** @throws GrammarError for a form that is not supported, with the place in it */
export function grammarText(source: GrammarForm): GrammarText {
  if (source.kind === "ebnf") {
    checkLength(source.grammar, "the grammar");
    if (!/^[ \t]*root[ \t]*::=/m.test(source.grammar)) throw new GrammarError("the grammar has no rule root ::= ...");
    return { ebnf: source.grammar };
  }
  const grammar = sourceGrammar(source);
  const loop = leftRecursive(grammar);
  if (loop !== undefined) throw new GrammarError('the schema refers to itself by "$ref" without anything in between');
  const texts = allTexts(grammar);
  if ([...grammar.keys()].some((name) => !texts.has(name))) {
    throw new GrammarError("a part of the schema contains itself in every case: no finite value fits it");
  }
  return { ebnf: ebnf(grammar), shortest: texts.get(ROOT) as string };
}

/** The grammar of a form, without rules that nothing refers to. @throws GrammarError */
export function sourceGrammar(source: Exclude<GrammarForm, { kind: "ebnf" }>): Grammar {
  const grammar = grammarOf(source);
  const used = new Set([ROOT]);
  // A set that grows while it is walked is walked to its new end.
  for (const name of used) for (const other of rulesIn(grammar.get(name) as Expression)) used.add(other);
  return new Map([...grammar].filter(([name]) => used.has(name)));
}

function rulesIn(expression: Expression): string[] {
  return expression.kind === "rule" ? [expression.name] : parts(expression).flatMap(rulesIn);
}

function grammarOf(source: Exclude<GrammarForm, { kind: "ebnf" }>): Grammar {
  switch (source.kind) {
    case "json-object":
      return anyObject();
    case "json-schema":
      return schemaGrammar(parsedSchema(source.schema));
    case "regex":
      checkLength(source.pattern, "the pattern");
      return new Map([[ROOT, regexExpression(source.pattern, { character, search: false })]]);
    case "choice":
      return new Map([[ROOT, choiceOf(source.texts)]]);
    case "tool-calls":
      return toolCalls(source, { json: grammarOf, objects });
  }
}

function anyObject(): Grammar {
  return new Map([[ROOT, rule(ANY.object)], ...anyValueRules()]);
}

/** Objects alone, whatever the schema says. */
function objects(schema: string): Grammar {
  const parsed = parsedSchema(schema);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return schemaGrammar(parsed);
  const { type = "object" } = parsed as { readonly type?: unknown };
  if (type !== "object")
    throw new GrammarError(`#/type: must be "object", as arguments are, not ${JSON.stringify(type)}`);
  const isTyped = ["$ref", "anyOf", "enum", "const"].some((keyword) => keyword in parsed);
  return schemaGrammar(isTyped ? parsed : { type, ...parsed });
}

function parsedSchema(schema: string): unknown {
  checkLength(schema, "the schema");
  try {
    return JSON.parse(schema);
  } catch (error) {
    throw new GrammarError(`the schema is not JSON: ${(error as Error).message}`);
  }
}

function choiceOf(texts: readonly string[]) {
  if (texts.length === 0 || texts.length > MAX_GRAMMAR_TEXTS) {
    throw new GrammarError(`must be 1 to ${MAX_GRAMMAR_TEXTS} texts, not ${texts.length}`);
  }
  checkLength(texts.join(""), "the texts together");
  const empty = texts.indexOf("");
  if (empty >= 0) throw new GrammarError(`text ${empty} is empty`);
  return choice(...[...new Set(texts)].map(text));
}

function checkLength(source: string, what: string): void {
  if (source.length > MAX_GRAMMAR_LENGTH) {
    throw new GrammarError(`${what} has ${source.length} characters; at most ${MAX_GRAMMAR_LENGTH} are supported`);
  }
}
