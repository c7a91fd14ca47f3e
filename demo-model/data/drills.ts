/**
 * Family `drills`, for training alone: the algorithms and JSON changes whose grids are small, on keys and fields that no other
 * family has. With few keys, a held-out combination is answered by the nearest one that was shown instead of by its parts.
 */
import { otherGrouped } from "./grouping.ts";
import { otherChange, otherRows } from "./json.ts";
import { loopOf } from "./loops.ts";
import type { Random } from "./random.ts";
import type { Draft, Generator, Language } from "./sample.ts";
import { otherSorting } from "./sorting.ts";

const DRILLS: readonly Generator[] = [
  (random, language) => loopOf(otherSorting, random, language),
  (random, language) => loopOf(otherGrouped, random, language),
  otherChange,
  otherRows,
];

export function drills(random: Random, language: Language): Draft {
  return random.pick(DRILLS)(random, language);
}
