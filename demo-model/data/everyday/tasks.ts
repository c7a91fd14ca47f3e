/** Every everyday task, from the files of its topics. */
import { addresses } from "./addresses.ts";
import { calendar } from "./calendar.ts";
import { characters } from "./characters.ts";
import { ciphers } from "./ciphers.ts";
import { classics } from "./classics.ts";
import { classification } from "./classification.ts";
import { clocks } from "./clocks.ts";
import { codes } from "./codes.ts";
import { combinations } from "./combinations.ts";
import { combinatorics } from "./combinatorics.ts";
import { dates } from "./dates.ts";
import { digitProperties } from "./digit-properties.ts";
import { digits } from "./digits.ts";
import { divisors } from "./divisors.ts";
import { durations } from "./durations.ts";
import { formats } from "./formats.ts";
import { games } from "./games.ts";
import { geometry } from "./geometry.ts";
import { labels } from "./labels.ts";
import { letterCounts } from "./letter-counts.ts";
import { letterTasks } from "./letters.ts";
import { listParts } from "./list-parts.ts";
import { listPositions } from "./list-positions.ts";
import { listRuns } from "./list-runs.ts";
import { listValues } from "./list-values.ts";
import { lists } from "./lists.ts";
import { logic } from "./logic.ts";
import { matrices } from "./matrices.ts";
import { money } from "./money.ts";
import { moreClassics } from "./more-classics.ts";
import { moreLists } from "./more-lists.ts";
import { moreMatrices } from "./more-matrices.ts";
import { moreNumberLists } from "./more-number-lists.ts";
import { moreNumbers } from "./more-numbers.ts";
import { moreObjects } from "./more-objects.ts";
import { moreRecords } from "./more-records.ts";
import { moreSorting } from "./more-sorting.ts";
import { moreStrings } from "./more-strings.ts";
import { numberFilters } from "./number-filters.ts";
import { numberLists } from "./number-lists.ts";
import { numberPuzzles } from "./number-puzzles.ts";
import { numberTotals } from "./number-totals.ts";
import { numbers } from "./numbers.ts";
import { objectShapes } from "./object-shapes.ts";
import { objectValues } from "./object-values.ts";
import { objects } from "./objects.ts";
import { parsing } from "./parsing.ts";
import { recordGroups } from "./record-groups.ts";
import { recordUpdates } from "./record-updates.ts";
import { records } from "./records.ts";
import { recursion } from "./recursion.ts";
import { rounding } from "./rounding.ts";
import { runningNumbers } from "./running-numbers.ts";
import { searching } from "./searching.ts";
import { sentences } from "./sentences.ts";
import { sets } from "./sets.ts";
import { sorting } from "./sorting.ts";
import { stringEdits } from "./string-edits.ts";
import { strings } from "./strings.ts";
import { sumPuzzles } from "./sum-puzzles.ts";
import type { EverydayTask } from "./task.ts";
import { textCases } from "./text-cases.ts";
import { textParts } from "./text-parts.ts";
import { trees } from "./trees.ts";
import { validation } from "./validation.ts";
import { wordGroups } from "./word-groups.ts";
import { wordLists } from "./word-lists.ts";
import { wordTasks } from "./words-of-text.ts";

export const TASKS: readonly EverydayTask[] = [
  ...addresses,
  ...calendar,
  ...characters,
  ...ciphers,
  ...classics,
  ...classification,
  ...clocks,
  ...codes,
  ...combinations,
  ...combinatorics,
  ...dates,
  ...digitProperties,
  ...digits,
  ...divisors,
  ...durations,
  ...formats,
  ...games,
  ...geometry,
  ...labels,
  ...letterCounts,
  ...letterTasks,
  ...listParts,
  ...listPositions,
  ...listRuns,
  ...listValues,
  ...lists,
  ...logic,
  ...matrices,
  ...money,
  ...moreClassics,
  ...moreLists,
  ...moreMatrices,
  ...moreNumberLists,
  ...moreNumbers,
  ...moreObjects,
  ...moreRecords,
  ...moreSorting,
  ...moreStrings,
  ...numberFilters,
  ...numberLists,
  ...numberPuzzles,
  ...numberTotals,
  ...numbers,
  ...objectShapes,
  ...objectValues,
  ...objects,
  ...parsing,
  ...recordGroups,
  ...recordUpdates,
  ...records,
  ...recursion,
  ...rounding,
  ...runningNumbers,
  ...searching,
  ...sentences,
  ...sets,
  ...sorting,
  ...stringEdits,
  ...strings,
  ...sumPuzzles,
  ...textCases,
  ...textParts,
  ...trees,
  ...validation,
  ...wordGroups,
  ...wordLists,
  ...wordTasks,
];
