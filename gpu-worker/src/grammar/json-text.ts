/**
 * JSON in one fixed form, `{"a": 1, "b": [true, null]}`: no white space but one blank behind a comma and a colon, as Python
 * and most training data write it. With free white space nothing behind a brace would be forced, and a weak model could write
 * blanks to the limit.
 */
import { ALL, type CodePoints, characters, codePoints, intersection, list, minus, union } from "./code-points.ts";
import { character, choice, EMPTY, type Expression, optional, repeat, rule, sequence, text } from "./expression.ts";

/** More digits would not survive a reader's 64 bits, and a number without end is not a number. */
export const MAX_DIGITS = 19;

export const ITEM_SEPARATOR = ", ";
export const NAME_SEPARATOR = ": ";

const QUOTE = text('"');
const NEED_ESCAPE = union(codePoints([[0, 0x1f]]), characters('"\\'));
const PLAIN = minus(ALL, NEED_ESCAPE);
/** Characters with an escape of one letter, and that letter. */
const SHORT_ESCAPES: ReadonlyMap<number, string> = new Map(
  [...'"\\\b\f\n\r\t'].map((c) => [c.codePointAt(0) as number, JSON.stringify(c).slice(2, -1)]),
);

const digit = character(codePoints([[0x30, 0x39]]));
const digitFrom1 = character(codePoints([[0x31, 0x39]]));
const hex = character(characters("0123456789abcdefABCDEF"));

/** One character of a string's value: as itself or by any of its escapes. */
const ANY_ESCAPE = sequence(
  text("\\"),
  choice(
    character(characters('"\\/bfnrt')),
    sequence(
      text("u"),
      choice(
        sequence(character(characters("0123456789abcefABCEF")), hex, hex, hex),
        // A lone half of a surrogate pair is no character.
        sequence(character(characters("dD")), character(characters("01234567")), hex, hex),
        sequence(
          ...[character(characters("dD")), character(characters("89abAB")), hex, hex],
          ...[text("\\u"), character(characters("dD")), character(characters("cdefCDEF")), hex, hex],
        ),
      ),
    ),
  ),
);
export const ANY_CHARACTER = choice(character(PLAIN), ANY_ESCAPE);

/** A string of `min` to `max` characters. */
export function stringOf(min = 0, max = Number.POSITIVE_INFINITY): Expression {
  return quoted(repeat(ANY_CHARACTER, min, max));
}

export function quoted(content: Expression): Expression {
  return sequence(QUOTE, content, QUOTE);
}

/**
 * One character of `set` inside of a string, in one way only: as itself, or by the shortest escape where JSON needs one. For
 * patterns and for names that must differ from others.
 */
export function canonical(set: CodePoints): Expression {
  const plain = intersection(set, PLAIN);
  const escaped = list(intersection(set, NEED_ESCAPE)).map(
    (c) => SHORT_ESCAPES.get(c) ?? c.toString(16).padStart(4, "0"),
  );
  const short = escaped.filter((spelling) => spelling.length === 1).join("");
  const numbered = ["000", "001"].flatMap((start) => {
    const ends = escaped.filter((spelling) => spelling.startsWith(start)).map((spelling) => spelling.at(-1));
    return ends.length > 0 ? [sequence(text(`\\u${start}`), character(characters(ends.join(""))))] : [];
  });
  return choice(
    ...(plain.length > 0 ? [character(plain)] : []),
    ...(short !== "" ? [sequence(text("\\"), character(characters(short)))] : []),
    ...numbered,
  );
}

export const INTEGER = choice(text("0"), sequence(optional(text("-")), digitFrom1, repeat(digit, 0, MAX_DIGITS - 1)));

/** At most two digits of exponent upwards: more would be no finite number. */
export const NUMBER = sequence(
  optional(text("-")),
  choice(text("0"), sequence(digitFrom1, repeat(digit, 0, MAX_DIGITS - 1))),
  optional(sequence(text("."), repeat(digit, 1, MAX_DIGITS))),
  optional(
    sequence(
      character(characters("eE")),
      choice(sequence(optional(text("+")), repeat(digit, 1, 2)), sequence(text("-"), repeat(digit, 1, 3))),
    ),
  ),
);

export const BOOLEAN = choice(text("true"), text("false"));
export const NULL = text("null");

/** Names of the rules of `anyValue`. */
export const ANY = { value: "any-value", object: "any-object", array: "any-array", string: "any-string" } as const;

/** Rules for any value. */
export function anyValueRules(): [string, Expression][] {
  const member = sequence(rule(ANY.string), text(NAME_SEPARATOR), rule(ANY.value));
  return [
    [ANY.value, choice(rule(ANY.object), rule(ANY.array), rule(ANY.string), NUMBER, BOOLEAN, NULL)],
    [ANY.object, listOf("{", member, "}")],
    [ANY.array, listOf("[", rule(ANY.value), "]")],
    [ANY.string, stringOf()],
  ];
}

/** Any number of equal items between brackets. */
export function listOf(open: string, item: Expression, close: string, min = 0, max = Number.POSITIVE_INFINITY) {
  if (max === 0) return text(open + close);
  const more = repeat(sequence(text(ITEM_SEPARATOR), item), Math.max(0, min - 1), max - 1);
  const some = sequence(item, more);
  return sequence(text(open), min === 0 ? choice(EMPTY, some) : some, text(close));
}

/** A value's text in the fixed form. */
export function jsonText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jsonText).join(ITEM_SEPARATOR)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, one]) => `${JSON.stringify(name)}${NAME_SEPARATOR}${jsonText(one)}`,
  );
  return `{${members.join(ITEM_SEPARATOR)}}`;
}
