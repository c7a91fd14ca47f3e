/** Answers that call functions, as the model's chat template writes calls: `<tool_call>\n{"name": ..., "arguments": ...}\n</tool_call>`. */
import type { CalledFunction, JsonForm, ToolCallForm } from "@palimpsest/proto";
import { ALL, characters, minus } from "./code-points.ts";
import {
  character,
  choice,
  EMPTY,
  type Expression,
  type Grammar,
  ROOT,
  repeat,
  rule,
  sequence,
  text,
} from "./expression.ts";
import { GrammarError } from "./grammar-error.ts";
import { ANY } from "./json-text.ts";

const OPENING = "<tool_call>";
const CLOSING = "\n</tool_call>";

const CALL = "call";
const CALLS = "calls";
/** Calls behind the opening of the first. */
const OPENED = "opened-calls";

/** The grammars of JSON texts. */
interface JsonGrammars {
  json(form: JsonForm): Grammar;
  /** Objects that fit a schema. */
  objects(schema: string): Grammar;
}

export function toolCalls({ functions, parallel, answer }: ToolCallForm, grammars: JsonGrammars): Grammar {
  if (functions.length === 0) throw new GrammarError("no function can be called");
  const rules: Grammar[] = [];
  const bodies = functions.map((called, i) => {
    const scope = `f${i}-`;
    rules.push(prefixed(argumentsOf(called, grammars), scope));
    const head = text(`\n{"name": ${JSON.stringify(called.name)}, "arguments": `);
    return sequence(head, rule(scope + ROOT), text(`}${CLOSING}`));
  });
  const more = repeat(sequence(text(`\n${OPENING}`), rule(CALL)), 0, Number.POSITIVE_INFINITY);
  const grammar = new Map([
    [CALL, choice(...bodies)],
    [OPENED, parallel ? sequence(rule(CALL), more) : rule(CALL)],
    [CALLS, sequence(text(OPENING), rule(OPENED))],
    ...rules.flatMap((one) => [...one]),
  ]);
  switch (answer?.kind) {
    case undefined:
      return new Map([[ROOT, rule(CALLS)], ...grammar]);
    case "text":
      return new Map([[ROOT, rule(textState(0))], ...grammar, ...textThenCalls()]);
    case "json-object":
    case "json-schema": {
      const scope = "answer-";
      const json = prefixed(grammars.json(answer), scope);
      return new Map([[ROOT, choice(rule(CALLS), rule(scope + ROOT))], ...grammar, ...json]);
    }
  }
}

/**
 * Any text, and calls at its end: the opening of a call begins one, wherever it stands. State i has read i characters of the
 * opening. No character of it but the first begins it anew, so that a wrong one leads to state 0, or to 1.
 */
function textThenCalls(): [string, Expression][] {
  const [first] = OPENING as unknown as [string];
  return [...OPENING].map((next, i) => {
    const isLast = i === OPENING.length - 1;
    const known = i === 0 ? next : first + next;
    const options = [
      EMPTY,
      sequence(text(next), rule(isLast ? OPENED : textState(i + 1))),
      ...(i === 0 ? [] : [sequence(text(first), rule(textState(1)))]),
      sequence(character(minus(ALL, characters(known))), rule(textState(0))),
    ];
    return [textState(i), choice(...options)];
  });
}

function textState(read: number): string {
  return `text-${read}`;
}

function argumentsOf({ name, parameters, strict, param }: CalledFunction, { json, objects }: JsonGrammars): Grammar {
  try {
    return parameters === undefined ? json({ kind: "json-object" }) : objects(parameters);
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    if (!strict) return json({ kind: "json-object" });
    throw new GrammarError(`function ${name}: ${error.message}`, param);
  }
}

/** The grammar with other names, so that it can stand beside others. Rules for any value are the same in all, and stay one. */
function prefixed(grammar: Grammar, scope: string): Grammar {
  const inScope = (name: string) => (SHARED.has(name) ? name : scope + name);
  const renamed = (expression: Expression): Expression => {
    switch (expression.kind) {
      case "rule":
        return rule(inScope(expression.name));
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
  return new Map([...grammar].map(([name, expression]) => [inScope(name), renamed(expression)]));
}

const SHARED: ReadonlySet<string> = new Set(Object.values(ANY));
