/** For tests: a random text of a grammar, by its tree. */
import { type Expression, type Grammar, ROOT, rule } from "../../../gpu-worker/src/grammar/expression.ts";
import { allTexts, shortestText } from "../../../gpu-worker/src/grammar/shortest-text.ts";

/** @param random in [0, 1) */
export function sampledText(grammar: Grammar, random: () => number): string {
  const shortest = allTexts(grammar);
  let budget = 200;
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const write = (expression: Expression): string => {
    budget--;
    switch (expression.kind) {
      case "text":
        return expression.text;
      case "character": {
        const [first, last] = pick(expression.set);
        return String.fromCodePoint(first + Math.floor(random() * (Math.min(last, first + 200) - first + 1)));
      }
      case "sequence":
        return expression.items.map(write).join("");
      case "choice":
        return write(budget > 0 ? pick(expression.options) : easiest(expression.options));
      case "repeat": {
        const more = budget > 0 ? Math.floor(random() * Math.min(4, expression.max - expression.min + 1)) : 0;
        return Array.from({ length: expression.min + more }, () => write(expression.item)).join("");
      }
      case "rule":
        return budget > 0
          ? write(grammar.get(expression.name) as Expression)
          : (shortest.get(expression.name) as string);
    }
  };
  /** Once the budget is spent, the option that leads to an end. */
  const easiest = (options: readonly Expression[]): Expression => {
    const ends = (one: Expression) => shortestText(one, shortest)?.length ?? Number.POSITIVE_INFINITY;
    return options.reduce((a, b) => (ends(b) < ends(a) ? b : a));
  };
  return write(rule(ROOT));
}
