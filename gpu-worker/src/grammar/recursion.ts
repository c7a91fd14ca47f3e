/** Finds rules that refer to themselves before they write anything: a matcher would never get past them. */
import type { Expression, Grammar } from "./expression.ts";

/** The name of a rule that begins with itself, directly or through others. */
export function leftRecursive(grammar: Grammar): string | undefined {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (name: string): string | undefined => {
    if (open.has(name)) return name;
    if (done.has(name)) return undefined;
    open.add(name);
    for (const first of firstRules(grammar.get(name) as Expression)) {
      const found = visit(first);
      if (found !== undefined) return found;
    }
    open.delete(name);
    done.add(name);
    return undefined;
  };
  for (const name of grammar.keys()) {
    const found = visit(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Rules that may stand first. A rule is taken for one that writes something, as all values of JSON do. */
function firstRules(expression: Expression): string[] {
  switch (expression.kind) {
    case "rule":
      return [expression.name];
    case "choice":
      return expression.options.flatMap(firstRules);
    case "repeat":
      return firstRules(expression.item);
    case "sequence": {
      const end = expression.items.findIndex((item) => !mayBeEmpty(item));
      return expression.items.slice(0, end < 0 ? undefined : end + 1).flatMap(firstRules);
    }
    default:
      return [];
  }
}

function mayBeEmpty(expression: Expression): boolean {
  switch (expression.kind) {
    case "text":
      return expression.text === "";
    case "choice":
      return expression.options.some(mayBeEmpty);
    case "repeat":
      return expression.min === 0 || mayBeEmpty(expression.item);
    case "sequence":
      return expression.items.every(mayBeEmpty);
    default:
      return false;
  }
}
