/** Whole numbers of a range, as a grammar of their digits. */
import { codePoints } from "./code-points.ts";
import { character, choice, type Expression, repeat, sequence, text } from "./expression.ts";
import { MAX_DIGITS } from "./json-text.ts";

const LARGEST = 10n ** BigInt(MAX_DIGITS) - 1n;

/** An open end goes as far as the fixed form has digits. @returns undefined for an empty range */
export function integersBetween(min = -LARGEST, max = LARGEST): Expression | undefined {
  const parts: Expression[] = [];
  if (min < 0n) {
    const magnitudes = between(max < 0n ? -max : 1n, -min);
    if (magnitudes !== undefined) parts.push(sequence(text("-"), magnitudes));
  }
  if (max >= 0n) {
    const naturals = between(min > 0n ? min : 0n, max);
    if (naturals !== undefined) parts.push(naturals);
  }
  return parts.length === 0 ? undefined : choice(...parts);
}

/** Natural numbers, by their count of digits. */
function between(min: bigint, max: bigint): Expression | undefined {
  const options: Expression[] = [];
  for (let length = String(min).length; length <= String(max).length; length++) {
    const least = length === 1 ? 0n : 10n ** BigInt(length - 1);
    const low = min > least ? min : least;
    const most = 10n ** BigInt(length) - 1n;
    const high = max < most ? max : most;
    if (low <= high) options.push(sameLength(String(low), String(high)));
  }
  return options.length === 0 ? undefined : choice(...options);
}

/** Numbers from `low` to `high`, which have as many digits. */
function sameLength(low: string, high: string): Expression {
  if (low === "") return text("");
  const [first, last] = [Number(low[0]), Number(high[0])];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  const [zeros, nines] = [lowRest.replace(/./g, "0"), lowRest.replace(/./g, "9")];
  if (lowRest === zeros && highRest === nines) return sequence(digits(first, last), anyDigits(lowRest.length));
  if (first === last) return sequence(text(String(first)), sameLength(lowRest, highRest));
  const options = [sequence(text(String(first)), sameLength(lowRest, nines))];
  if (last - first > 1) options.push(sequence(digits(first + 1, last - 1), anyDigits(lowRest.length)));
  options.push(sequence(text(String(last)), sameLength(zeros, highRest)));
  return choice(...options);
}

function digits(first: number, last: number): Expression {
  return character(codePoints([[0x30 + first, 0x30 + last]]));
}

function anyDigits(count: number): Expression {
  return count === 0 ? text("") : repeat(digits(0, 9), count, count);
}
