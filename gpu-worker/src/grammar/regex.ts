/**
 * Regular expressions of JSON Schema and of `guided_regex` as grammars: ECMAScript's, with the `u` flag. What a grammar of text
 * cannot say (looking around, backreferences) is an error.
 */
import { ALL, type CodePoints, characters, codePoints, complement, union } from "./code-points.ts";
import { choice, EMPTY, type Expression, repeat, sequence } from "./expression.ts";
import { GrammarError } from "./grammar-error.ts";

/** A repetition is unrolled, so that its states are known when the grammar is compiled. */
export const MAX_REPEAT = 256;

/** Nested groups. */
const MAX_NESTING = 32;

export interface RegexOptions {
  /** How one character of a set is written. */
  readonly character: (set: CodePoints) => Expression;
  /** The expression may match anywhere in the text, as in JSON Schema, unless `^` and `$` say otherwise; else it is the whole text. */
  readonly search: boolean;
}

/** @throws GrammarError with the place in the pattern */
export function regexExpression(pattern: string, options: RegexOptions): Expression {
  const parser = new Parser(pattern, options);
  const { character } = options;
  const anything = repeat(character(ALL), 0, Number.POSITIVE_INFINITY);
  const alternatives = parser.pattern().map(({ begins, items, ends }) => {
    const loose = options.search ? [begins ? EMPTY : anything, ends ? EMPTY : anything] : [EMPTY, EMPTY];
    return sequence(loose[0] as Expression, ...items, loose[1] as Expression);
  });
  return choice(...alternatives);
}

interface Alternative {
  readonly begins: boolean;
  readonly items: readonly Expression[];
  readonly ends: boolean;
}

const DIGITS = codePoints([[0x30, 0x39]]);
const WORD = union(
  DIGITS,
  codePoints([
    [0x41, 0x5a],
    [0x61, 0x7a],
  ]),
  characters("_"),
);
const SPACE = characters(
  "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a",
);
const CLASSES: Readonly<Record<string, CodePoints>> = {
  d: DIGITS,
  w: WORD,
  s: union(SPACE),
  D: complement(DIGITS),
  W: complement(WORD),
  S: complement(union(SPACE)),
};
const CONTROL_ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", v: "\v", f: "\f", r: "\r", "0": "\0" };
const LINE_ENDS = union(characters("\n\r\u2028\u2029"));
const SYNTAX = "^$\\.*+?()[]{}|/-";

class Parser {
  readonly #chars: readonly string[];
  readonly #options: RegexOptions;
  #at = 0;
  #depth = 0;

  constructor(pattern: string, options: RegexOptions) {
    this.#chars = Array.from(pattern);
    this.#options = options;
  }

  /** The alternatives of the whole pattern. */
  pattern(): Alternative[] {
    const alternatives = this.#alternatives();
    if (this.#at < this.#chars.length) throw this.#error("has a bracket that nothing opens");
    return alternatives;
  }

  #alternatives(): Alternative[] {
    const found: Alternative[] = [];
    do {
      const begins = this.#depth === 0 && this.#take("^");
      const items: Expression[] = [];
      while (this.#at < this.#chars.length && !this.#sees("|)") && !this.#atEnd()) items.push(this.#term());
      found.push({ begins, items, ends: this.#atEnd() && this.#take("$") });
    } while (this.#take("|"));
    return found;
  }

  /** At a `$` that ends an alternative of the whole pattern. */
  #atEnd(): boolean {
    const next = this.#chars[this.#at + 1];
    return this.#depth === 0 && this.#sees("$") && (next === undefined || next === "|");
  }

  #term(): Expression {
    const item = this.#atom();
    const bounds = this.#quantifier();
    if (bounds === undefined) return item;
    const [min, max] = bounds;
    if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY)) {
      throw this.#error(`repeats more than ${MAX_REPEAT} times`);
    }
    if (min > max) throw this.#error("repeats at least more often than at most");
    this.#take("?"); // lazy: the same texts
    return repeat(item, min, max);
  }

  #quantifier(): readonly [number, number] | undefined {
    if (this.#take("*")) return [0, Number.POSITIVE_INFINITY];
    if (this.#take("+")) return [1, Number.POSITIVE_INFINITY];
    if (this.#take("?")) return [0, 1];
    if (!this.#sees("{")) return undefined;
    const rest = this.#chars.slice(this.#at, this.#at + 24).join("");
    const found = /^\{(\d{1,9})(,(\d{1,9})?)?\}/.exec(rest);
    if (found === null) throw this.#error("has a brace that is no repetition; write \\{ for the character");
    this.#at += found[0].length;
    const min = Number(found[1]);
    return [min, found[2] === undefined ? min : found[3] === undefined ? Number.POSITIVE_INFINITY : Number(found[3])];
  }

  #atom(): Expression {
    const c = this.#next();
    const { character } = this.#options;
    switch (c) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case ".":
        return character(complement(this.#options.search ? LINE_ENDS : characters("\n")));
      case "\\":
        return character(this.#escape());
      case "^":
      case "$":
        throw this.#error(`has ${c} inside; it is supported at the ends of the pattern only`);
      case "*":
      case "+":
      case "?":
      case "{":
      case "}":
      case "]":
        throw this.#error(`has ${c} where a character is expected; write \\${c} for the character`);
      default:
        return character(characters(c));
    }
  }

  #group(): Expression {
    if (this.#take("?") && !this.#take(":")) {
      const name = /^<[A-Za-z_]\w{0,63}>/.exec(this.#chars.slice(this.#at, this.#at + 66).join(""));
      if (name === null) throw this.#error("looks around or sets flags, which a grammar cannot say");
      this.#at += name[0].length;
    }
    if (++this.#depth > MAX_NESTING) throw this.#error(`nests more than ${MAX_NESTING} groups`);
    const inner = this.#alternatives().map(({ items }) => sequence(...items));
    if (!this.#take(")")) throw this.#error("has a group that nothing closes");
    this.#depth--;
    return choice(...inner);
  }

  #class(): Expression {
    const isNegated = this.#take("^");
    const ranges: CodePoints[] = [];
    while (!this.#take("]")) {
      const first = this.#classItem();
      if (this.#sees("-") && this.#chars[this.#at + 1] !== "]") {
        this.#at++;
        const last = this.#classItem();
        const [low, high] = [single(first), single(last)];
        if (low === undefined || high === undefined || low > high) throw this.#error("has a range without order");
        ranges.push(codePoints([[low, high]]));
      } else ranges.push(first);
    }
    const set = union(...ranges);
    const chosen = isNegated ? complement(set) : set;
    if (chosen.length === 0) throw this.#error("has a class of no characters");
    return this.#options.character(chosen);
  }

  #classItem(): CodePoints {
    const c = this.#next();
    if (c !== "\\") return characters(c);
    return this.#take("b") ? characters("\b") : this.#escape();
  }

  /** What follows a backslash. */
  #escape(): CodePoints {
    const c = this.#next();
    const known = CLASSES[c];
    if (known !== undefined) return known;
    const control = CONTROL_ESCAPES[c];
    if (control !== undefined && !(c === "0" && /\d/.test(this.#chars[this.#at] ?? ""))) return characters(control);
    if (SYNTAX.includes(c)) return characters(c);
    const rest = this.#chars.slice(this.#at, this.#at + 10).join("");
    const hex = (c === "x" ? /^[\da-f]{2}/i : c === "u" ? /^(?:[\da-f]{4}|\{[\da-f]{1,6}\})/i : /^(?!)/).exec(rest);
    if (hex === null) throw this.#error(`has \\${c}, which is not supported`);
    this.#at += hex[0].length;
    const codePoint = Number.parseInt(hex[0].replace(/[{}]/g, ""), 16);
    const set = codePoint <= 0x10ffff ? codePoints([[codePoint, codePoint]]) : [];
    if (set.length === 0) throw this.#error(`has \\${c}${hex[0]}, which is no character`);
    return set;
  }

  #sees(any: string): boolean {
    const c = this.#chars[this.#at];
    return c !== undefined && any.includes(c);
  }

  #take(c: string): boolean {
    if (this.#chars[this.#at] !== c) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    const c = this.#chars[this.#at++];
    if (c === undefined) throw this.#error("ends too early");
    return c;
  }

  #error(problem: string): GrammarError {
    return new GrammarError(
      `the pattern ${JSON.stringify(this.#chars.join(""))} ${problem} (at character ${this.#at})`,
    );
  }
}

function single(set: CodePoints): number | undefined {
  const [range, ...others] = set;
  return range !== undefined && others.length === 0 && range[0] === range[1] ? range[0] : undefined;
}
