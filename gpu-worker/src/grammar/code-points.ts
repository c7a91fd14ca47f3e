/** Sets of Unicode characters, as sorted ranges of code points that do not touch. Surrogates are in no set: text has none. */

export type CodePoints = readonly (readonly [first: number, last: number])[];

const LAST = 0x10ffff;
const SURROGATES: CodePoints = [[0xd800, 0xdfff]];

/** A set of ranges in any order. */
export function codePoints(ranges: CodePoints): CodePoints {
  return minus(joined(ranges), SURROGATES);
}

export function characters(text: string): CodePoints {
  return codePoints(
    Array.from(text, (c): [number, number] => [c.codePointAt(0) as number, c.codePointAt(0) as number]),
  );
}

export function union(...sets: readonly CodePoints[]): CodePoints {
  return joined(sets.flat());
}

export function minus(set: CodePoints, removed: CodePoints): CodePoints {
  return set.flatMap(([first, last]) => {
    const kept: [number, number][] = [];
    let from = first;
    for (const [start, end] of removed) {
      if (end < from || start > last) continue;
      if (start > from) kept.push([from, start - 1]);
      from = end + 1;
    }
    if (from <= last) kept.push([from, last]);
    return kept;
  });
}

export function intersection(a: CodePoints, b: CodePoints): CodePoints {
  return minus(a, complement(b));
}

export function complement(set: CodePoints): CodePoints {
  return minus(ALL, set);
}

/** Every code point of a small set. */
export function list(set: CodePoints): number[] {
  return set.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
}

function joined(ranges: CodePoints): CodePoints {
  const result: [number, number][] = [];
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    const before = result.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else result.push([first, last]);
  }
  return result;
}

/** Every character. */
export const ALL: CodePoints = minus([[0, LAST]], SURROGATES);

export const ASCII: CodePoints = [[0, 0x7f]];
export const BEYOND_ASCII: CodePoints = minus(ALL, ASCII);

/** How many characters a set has. */
export function size(set: CodePoints): number {
  return set.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
