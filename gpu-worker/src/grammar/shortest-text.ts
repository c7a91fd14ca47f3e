/** The shortest text of a grammar: it shows that there is one, and how few tokens an answer may have. */
import type { Expression, Grammar } from "./expression.ts";

/** The shortest text of each rule. A rule without any is missing: no finite text fits it. */
export function allTexts(grammar: Grammar): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  // Each pass finds the rules whose parts are known; a shorter text of one rule can shorten others.
  for (let changed = true; changed; ) {
    changed = false;
    for (const [name, expression] of grammar) {
      const shortest = shortestText(expression, found);
      const known = found.get(name);
      if (shortest === undefined || (known !== undefined && known.length <= shortest.length)) continue;
      found.set(name, shortest);
      changed = true;
    }
  }
  return found;
}

/** The shortest text of an expression, by those of the rules. */
export function shortestText(expression: Expression, found: ReadonlyMap<string, string>): string | undefined {
  switch (expression.kind) {
    case "text":
      return expression.text;
    case "character":
      return expression.set[0] && String.fromCodePoint(readable(expression.set));
    case "sequence": {
      const items = expression.items.map((item) => shortestText(item, found));
      return items.every((item) => item !== undefined) ? items.join("") : undefined;
    }
    case "choice": {
      const options = expression.options.map((option) => shortestText(option, found));
      const known = options.filter((option) => option !== undefined);
      return known.reduce<string | undefined>((a, b) => (a === undefined || b.length < a.length ? b : a), undefined);
    }
    case "repeat":
      return expression.min === 0 ? "" : shortestText(expression.item, found)?.repeat(expression.min);
    case "rule":
      return found.get(expression.name);
  }
}

/** A character that one token certainly spells, if there is one. */
function readable(set: Extract<Expression, { kind: "character" }>["set"]): number {
  for (const [first, last] of set) {
    if (last >= 0x21 && first <= 0x7e) return Math.max(first, 0x21);
  }
  return set[0]?.[0] as number;
}
