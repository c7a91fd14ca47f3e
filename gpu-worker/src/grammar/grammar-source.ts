/** The forms in which a request says what its answer must be, each as the EBNF text that the matcher compiles. */
import { ebnf } from "./ebnf.ts";
import {
  character,
  choice,
  type Expression,
  type Grammar,
  parts,
  ROOT,
  repeat,
  rule,
  sequence,
  text,
} from "./expression.ts";
import { GrammarError } from "./grammar-error.ts";
import { schemaGrammar } from "./json-schema.ts";
import { ANY, anyValueRules } from "./json-text.ts";
import { leftRecursive } from "./recursion.ts";
import { regexExpression } from "./regex.ts";
import { allTexts } from "./shortest-text.ts";

export type GrammarSource =
  | { readonly kind: "json-object" }
  /** JSON text of a schema. */
  | { readonly kind: "json-schema"; readonly schema: string }
  | { readonly kind: "regex"; readonly pattern: string }
  | { readonly kind: "choice"; readonly texts: readonly string[] }
  /** EBNF whose rule `root` is the answer. */
  | { readonly kind: "ebnf"; readonly grammar: string }
  /** Calls of these functions, as the model's chat template writes them. `parallel`: more than one. */
  | { readonly kind: "tool-calls"; readonly functions: readonly CalledFunction[]; readonly parallel: boolean };

export interface CalledFunction {
  readonly name: string;
  /** JSON text of the schema of its arguments. Absent: any object. */
  readonly parameters?: string;
}

export interface GrammarText {
  readonly ebnf: string;
  /** The shortest text that the grammar accepts. Absent for EBNF, which is not read here. */
  readonly shortest?: string;
}

/** Characters of a schema, a pattern or a grammar. */
export const MAX_SOURCE_LENGTH = 64 * 1024;
const MAX_CHOICES = 1000;

/** @throws GrammarError for a source that is not supported, with the place in it */
export function grammarText(source: GrammarSource): GrammarText {
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

/** The grammar of a source, without rules that nothing refers to. @throws GrammarError */
export function sourceGrammar(source: Exclude<GrammarSource, { kind: "ebnf" }>): Grammar {
  const grammar = grammarOf(source);
  const used = new Set([ROOT]);
  // A set that grows while it is walked is walked to its new end.
  for (const name of used) for (const other of rulesIn(grammar.get(name) as Expression)) used.add(other);
  return new Map([...grammar].filter(([name]) => used.has(name)));
}

function rulesIn(expression: Expression): string[] {
  return expression.kind === "rule" ? [expression.name] : parts(expression).flatMap(rulesIn);
}

function grammarOf(source: Exclude<GrammarSource, { kind: "ebnf" }>): Grammar {
  switch (source.kind) {
    case "json-object":
      return new Map([[ROOT, rule(ANY.object)], ...anyValueRules()]);
    case "json-schema":
      return schemaGrammar(parsedSchema(source.schema));
    case "regex":
      checkLength(source.pattern, "the pattern");
      return new Map([[ROOT, regexExpression(source.pattern, { character, search: false })]]);
    case "choice":
      return new Map([[ROOT, choiceOf(source.texts)]]);
    case "tool-calls":
      return toolCalls(source);
  }
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
  if (texts.length === 0 || texts.length > MAX_CHOICES) {
    throw new GrammarError(`must be 1 to ${MAX_CHOICES} texts, not ${texts.length}`);
  }
  checkLength(texts.join(""), "the texts together");
  const empty = texts.indexOf("");
  if (empty >= 0) throw new GrammarError(`text ${empty} is empty`);
  return choice(...[...new Set(texts)].map(text));
}

/** Every function's rules under names of their own, and a call of any of them. */
function toolCalls({ functions, parallel }: Extract<GrammarSource, { kind: "tool-calls" }>): Grammar {
  if (functions.length === 0) throw new GrammarError("no function can be called");
  const rules: Grammar[] = [];
  const calls = functions.map(({ name, parameters }, i) => {
    const named = inScope(parameters, name);
    const scope = `f${i}-`;
    rules.push(prefixed(named, scope));
    const head = `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `;
    return sequence(text(head), rule(scope + ROOT), text("}\n</tool_call>"));
  });
  const call = choice(...calls);
  const root = parallel
    ? sequence(rule("call"), repeat(sequence(text("\n"), rule("call")), 0, Number.POSITIVE_INFINITY))
    : rule("call");
  return new Map([[ROOT, root], ["call", call], ...rules.flatMap((one) => [...one])]);
}

function inScope(parameters: string | undefined, name: string): Grammar {
  if (parameters === undefined) return grammarOf({ kind: "json-object" });
  try {
    return objectsOnly(parsedSchema(parameters));
  } catch (error) {
    throw error instanceof GrammarError ? new GrammarError(`function ${name}: ${error.message}`) : error;
  }
}

/** Arguments are an object whatever the schema says. */
function objectsOnly(schema: unknown): Grammar {
  const isEmpty = typeof schema === "object" && schema !== null && Object.keys(schema).length === 0;
  return isEmpty ? grammarOf({ kind: "json-object" }) : schemaGrammar(schema);
}

function prefixed(grammar: Grammar, scope: string): Grammar {
  const renamed = (expression: Expression): Expression => {
    switch (expression.kind) {
      case "rule":
        return rule(scope + expression.name);
      case "sequence":
        return { kind: "sequence", items: expression.items.map(renamed) };
      case "choice":
        return { kind: "choice", options: expression.options.map(renamed) };
      case "repeat":
        return { ...expression, item: renamed(expression.item) };
      default:
        return expression;
    }
  };
  return new Map([...grammar].map(([name, expression]) => [scope + name, renamed(expression)]));
}

function checkLength(source: string, what: string): void {
  if (source.length > MAX_SOURCE_LENGTH) {
    throw new GrammarError(`${what} has ${source.length} characters; at most ${MAX_SOURCE_LENGTH} are supported`);
  }
}
