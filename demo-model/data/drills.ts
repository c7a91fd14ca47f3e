/**
 * Family `drills`, for training only: the algorithms and JSON changes with small grids, on keys and fields of no other
 * family. With few keys, a model answers a held-out combination with the nearest known one instead of combining its
 * parts.
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
