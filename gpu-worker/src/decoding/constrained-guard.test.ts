import { expect, it } from "vitest";
import { guarded } from "./constrained-guard.ts";

const MASK = "_".charCodeAt(0);
const END = "$".charCodeAt(0);

/** A grammar of a few texts, under which a step is guarded. */
function guard(before: string, proposed: string, texts: readonly string[], mayLose = 0) {
  const reachOf = (cells: readonly number[]) =>
    Math.max(...texts.map((text) => common(text, String.fromCharCode(...cells))));
  const codes = (text: string) => [...text].map((character) => character.charCodeAt(0));
  const reach = reachOf(codes(before));
  const { cells, lost } = guarded(codes(before), codes(proposed), { reach, maskToken: MASK, mayLose, reachOf });
  return [String.fromCharCode(...cells), lost];
}

/** `$` ends a text; anything may stand behind it. */
function common(text: string, cells: string): number {
  for (let i = 0; i < cells.length; i++) {
    if (cells.charCodeAt(i) !== text.charCodeAt(i)) return i;
    if (cells.charCodeAt(i) === END) return cells.length;
  }
  return cells.length;
}

it("makes every edit of a step that keeps the exact prefix", () => {
  expect(guard("a1b2__", "a1c2_d", ["a1b2x", "a1c2x"])).toEqual(["a1c2_d", 0]);
});

it("makes the runs of edits that keep it, and of the others the single edits that do", () => {
  expect(guard("a1b2c3$", "a9bxxy$", ["a1b2c3$", "a9b2c3$", "a9b2cy$"])).toEqual(["a9b2cy$", 0]);
});

it("edits cells behind the exact prefix in any case", () => {
  expect(guard("a1_zz", "x1_yy", ["a1bcd"])).toEqual(["a1_yy", 0]);
});

it("moves all that follows an insertion, which the rule has begun", () => {
  // `n` before `-`, then `-` itself: the rest stays a cell too far to the left.
  expect(guard("ki-opqr", "kin-pqr", ["ki-opqr", "kin-opqr"])).toEqual(["kin-opq", 0]);
  expect(guard("ki-op_xyz", "kin-p_xyz", ["ki-opq", "kin-opqr"])).toEqual(["kin-opxyz", 0]);
});

it("moves all that follows a deletion, and an end keeps its place in the exact prefix", () => {
  expect(guard("kiin-op$$", "kin-nop$$", ["kiin-op$", "kin-op$"])).toEqual(["kin-op$$_", 0]);
});

it("lets a deletion shorten the exact prefix by its last cell where that is allowed", () => {
  const texts = ["kiin-opqrs", "kin-opqrs"];
  expect(guard("kiin-opq", "kin-nopq", texts, 1)).toEqual(["kin-opq_", 1]);
  expect(guard("kiin-opq", "kin-nopq", texts, 0)).toEqual(["kiin-opq", 0]);
});

it("does not take an edit for a move if what follows is not of the grammar then", () => {
  expect(guard("abcdef", "abddef", ["abcdef"], 1)).toEqual(["abcdef", 0]);
});

it("takes two runs as one where a token of the moved text repeats", () => {
  expect(guard("xki-oop$$", "ykin-oop$", ["xki-oop$", "xkin-oop$"])).toEqual(["xkin-oop$", 0]);
});
