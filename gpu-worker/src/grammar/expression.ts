/** A grammar as a tree: expressions, and named rules that they may refer to. It describes text, not tokens. */
import { ASCII, BEYOND_ASCII, type CodePoints, intersection, size } from "./code-points.ts";
import { GrammarError } from "./grammar-error.ts";

/** Characters beyond ASCII of a set that are written one by one. */
const MAX_NAMED = 64;

export type Expression =
  | { readonly kind: "text"; readonly text: string }
  /** One character of a set. */
  | { readonly kind: "character"; readonly set: CodePoints }
  | { readonly kind: "sequence"; readonly items: readonly Expression[] }
  | { readonly kind: "choice"; readonly options: readonly Expression[] }
  /** From `min` to `max` times; `max` may be Infinity. */
  | { readonly kind: "repeat"; readonly item: Expression; readonly min: number; readonly max: number }
  | { readonly kind: "rule"; readonly name: string };

/** Rules by name. The text of the grammar is the rule `root`. */
export type Grammar = ReadonlyMap<string, Expression>;

export const ROOT = "root";

export function text(text: string): Expression {
  return { kind: "text", text };
}

export const EMPTY = text("");

export function sequence(...items: readonly Expression[]): Expression {
  const flat = items.flatMap((item) => (item.kind === "sequence" ? item.items : [item]));
  const joined: Expression[] = [];
  for (const item of flat) {
    const last = joined.at(-1);
    if (item.kind === "text" && last?.kind === "text") joined[joined.length - 1] = text(last.text + item.text);
    else if (item !== EMPTY) joined.push(item);
  }
  return joined.length === 1 ? (joined[0] as Expression) : { kind: "sequence", items: joined };
}

export function choice(...options: readonly Expression[]): Expression {
  return options.length === 1 ? (options[0] as Expression) : { kind: "choice", options };
}

/**
 * One character of a set, as far as the matcher's library can tell its characters: beyond ASCII it knows all or none, or a few
 * that are named. A set that holds others stands for its ASCII part.
 * @throws GrammarError when nothing is left of it
 */
export function character(set: CodePoints): Expression {
  const beyond = intersection(set, BEYOND_ASCII);
  const isTold = size(beyond) <= MAX_NAMED || size(beyond) === size(BEYOND_ASCII);
  const told = isTold ? set : intersection(set, ASCII);
  if (told.length > 0) return { kind: "character", set: told };
  throw new GrammarError(`a class of more than ${MAX_NAMED} characters beyond ASCII is not supported`);
}

export function repeat(item: Expression, min: number, max: number): Expression {
  return { kind: "repeat", item, min, max };
}

export function optional(item: Expression): Expression {
  return choice(EMPTY, item);
}

export function rule(name: string): Expression {
  return { kind: "rule", name };
}

/** True if it refers to no rule, so that it is a regular expression. */
export function isRegular(expression: Expression): boolean {
  return parts(expression).every(isRegular) && expression.kind !== "rule";
}

/** The expressions directly inside. */
export function parts(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "sequence":
      return expression.items;
    case "choice":
      return expression.options;
    case "repeat":
      return [expression.item];
    default:
      return [];
  }
}
