/**
 * A grammar as the EBNF text that the matcher's library reads.
 *
 * A regular part is written right-linear: each loop is a rule that contains what follows it. The library then knows at compile
 * time which tokens fit inside the loop; a loop over a rule, `char*`, would have it check every token of the vocabulary at each
 * step (0.8 s on 157,000 tokens, against 2 ms).
 */
import { ASCII, BEYOND_ASCII, type CodePoints, intersection, list, minus, size } from "./code-points.ts";
import { type Expression, type Grammar, isRegular } from "./expression.ts";

/** @returns one line for each rule */
export function ebnf(grammar: Grammar): string {
  const printer = new Printer();
  for (const [name, expression] of grammar) printer.add(name, expression);
  return printer.lines.join("\n");
}

type Loop = Extract<Expression, { readonly kind: "repeat" }>;

class Printer {
  readonly lines: string[] = [];
  #names = 0;
  /** Loops that are written already, by what follows them. */
  readonly #written = new Map<Loop, Map<string, string>>();

  add(name: string, expression: Expression): void {
    this.lines.push(`${name} ::= ${this.#print(expression)}`);
  }

  /** Any expression, by the shape of its tree. */
  #print(expression: Expression): string {
    if (isRegular(expression)) return this.#regular(expression, EMPTY);
    switch (expression.kind) {
      case "sequence":
        return this.#sequence(expression.items);
      case "choice":
        return `(${expression.options.map((option) => this.#print(option)).join(" | ")})`;
      case "repeat":
        return `(${this.#print(expression.item)})${quantifier(expression)}`;
      case "rule":
        return expression.name;
      default:
        throw new Error("texts and characters are regular");
    }
  }

  /** Neighbours that are regular are one regular expression. */
  #sequence(items: readonly Expression[]): string {
    const printed: string[] = [];
    for (let at = 0; at < items.length; ) {
      let end = at;
      while (end < items.length && isRegular(items[end] as Expression)) end++;
      if (end > at) printed.push(this.#regular({ kind: "sequence", items: items.slice(at, end) }, EMPTY));
      else printed.push(this.#print(items[end++] as Expression));
      at = end;
    }
    return printed.join(" ");
  }

  /** A regular expression and `rest`, the text of what follows it. */
  #regular(expression: Expression, rest: string): string {
    switch (expression.kind) {
      case "text":
        return expression.text === "" ? rest : joined(literal(expression.text), rest);
      case "character":
        return joined(characterClass(expression.set), rest);
      case "sequence":
        return expression.items.reduceRight((after, item) => this.#regular(item, after), rest);
      case "choice": {
        const after = this.#named(rest);
        return `(${expression.options.map((option) => this.#regular(option, after)).join(" | ")})`;
      }
      case "repeat":
        return this.#repeated(expression, rest);
      default:
        throw new Error("a reference is not regular");
    }
  }

  #repeated(loop: Loop, rest: string): string {
    const known = this.#written.get(loop) ?? new Map<string, string>();
    this.#written.set(loop, known);
    const name = known.get(rest) ?? this.#unrolled(loop, rest);
    known.set(rest, name);
    return name;
  }

  #unrolled({ item, min, max }: Loop, rest: string): string {
    const after = this.#named(rest);
    let tail = after;
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.#nextName();
      this.lines.push(`${loop} ::= (${after} | ${this.#regular(item, loop)})`);
      tail = loop;
    } else {
      for (let i = max; i > min; i--) tail = this.#named(`(${after} | ${this.#regular(item, tail)})`);
    }
    for (let i = 0; i < min; i++) tail = this.#named(this.#regular(item, tail));
    return tail;
  }

  /** A short name for a text that is used more than once. */
  #named(body: string): string {
    if (!body.includes(" ")) return body;
    const name = this.#nextName();
    this.lines.push(`${name} ::= ${body}`);
    return name;
  }

  #nextName(): string {
    return `loop-${this.#names++}`;
  }
}

const EMPTY = '""';

function joined(first: string, rest: string): string {
  return rest === EMPTY ? first : `${first} ${rest}`;
}

function quantifier({ min, max }: { readonly min: number; readonly max: number }): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  return `{${min},${max}}`;
}

function literal(text: string): string {
  return `"${Array.from(text, (c) => escaped(c.codePointAt(0) as number)).join("")}"`;
}

/** The library reads ranges of ASCII alone, and takes a negated class for every character beyond it (see `character`). */
function characterClass(set: CodePoints): string {
  const beyond = intersection(set, BEYOND_ASCII);
  if (size(beyond) === size(BEYOND_ASCII)) return `[^${ranges(minus(ASCII, set))}]`;
  const ascii = intersection(set, ASCII);
  const named = list(beyond).map((codePoint) => literal(String.fromCodePoint(codePoint)));
  const parts = [...(ascii.length > 0 ? [`[${ranges(ascii)}]`] : []), ...named];
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(" | ")})`;
}

function ranges(set: CodePoints): string {
  return set.map(([first, last]) => (first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`)).join("");
}

/** Letters and digits stand for themselves; everything else by its number, which means the same inside and outside of a class. */
function escaped(codePoint: number): string {
  const c = String.fromCodePoint(codePoint);
  return /[A-Za-z0-9]/.test(c) ? c : `\\U${codePoint.toString(16).padStart(8, "0")}`;
}
