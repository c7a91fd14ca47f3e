/** Edits of text that a grammar accepts already. Real matchers, made-up models. */
import type { Decoding } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { VOCABULARY, type Wish, WishfulModel } from "../../../test/support/models/constrained.ts";
import { adversary, L, openConstrainedRuns, optionsOf, RULES } from "../../../test/support/models/constrained-runs.ts";
import { decode } from "./decode.ts";
import { OpenWindow } from "./open-window.ts";

const { tokens, compiled, run, oracle } = await openConstrainedRuns();

/** Drafts a text with one token more or less than it has, then corrects a few cells a step, from the left. */
const shifted =
  (text: string, at: number, by: 1 | -1): Wish =>
  (cell, seen) => {
    const wanted = [...tokens.encode(text), 4];
    const of = (place: number) => wanted[place] ?? 4;
    const wrong = seen.findIndex((token, i) => token !== of(i));
    const isDraft = seen[cell] === VOCABULARY.maskToken;
    if (isDraft) return { token: of(cell < at ? cell : cell - by), certainty: 0.9 };
    const isNear = cell <= wrong + 4;
    return { token: isNear ? of(cell) : (seen[cell] as number), certainty: 0.9 };
  };

const LONG_NAME = `{"name": "${"Ada Augusta King, Countess of Lovelace, ".repeat(3)}", "age": 36}`;

it("corrects a draft with one token more or less at once, where the model alone takes several steps", async () => {
  const [quality] = RULES as [Decoding];
  for (const text of ['{"name": "Ada Augusta Lovelace", "age": 36}', LONG_NAME]) {
    for (const by of [1, -1] as const) {
      const wish = shifted(text, 7, by);
      const found = await run({ schema: 0, decoding: quality, wish, maxTokens: 256 });
      expect(found.text).toBe(text);
      const free = new WishfulModel(wish);
      const window = new OpenWindow([], optionsOf(quality, 256));
      await Array.fromAsync(decode(free, window, new AbortController().signal));
      expect(found.forwards).toBeLessThan(free.forwards);
    }
  }
});

it("the exact prefix gets shorter by deletions only, each by a cell, and a few in a block", async () => {
  const { grammar } = compiled[0] as (typeof compiled)[number];
  using matcher = await grammar.matcher(tokens.endTokens);
  const reachOf = (base: number, cells: readonly number[]): number => {
    matcher.rollBackTo(base);
    const at = cells.findIndex((token) => token === VOCABULARY.maskToken || !matcher.accept(token));
    return at < 0 ? cells.length : at;
  };
  let shorter = 0;
  for (const decoding of RULES.filter(({ rule, editing_window }) => rule !== "2.2" && !editing_window)) {
    for (const wish of [adversary(5), shifted(LONG_NAME, 7, 1)]) {
      const { steps } = await run({ schema: 0, decoding, wish, maxTokens: 128 });
      let base = 0;
      let reach = 0;
      let deletions = 0;
      for (const { kind, cells } of steps) {
        const now = reachOf(base, cells);
        if (kind === "commit") {
          expect(now).toBe(cells.length);
          base += now;
          reach = 0;
          deletions = 0;
          continue;
        }
        expect(now).toBeGreaterThanOrEqual(reach - 1);
        if (now < reach) deletions++;
        expect(deletions).toBeLessThanOrEqual(L / 4);
        shorter += now < reach ? 1 : 0;
        reach = now;
      }
    }
  }
  expect(shorter).toBeGreaterThan(0);
});

it("does not write a token that the model proposes at every step and the grammar refuses, and ends stable", async () => {
  const [quality, speed] = RULES as [Decoding, Decoding];
  for (const decoding of [quality, speed]) {
    const wish: Wish = (cell, seen) => {
      const isStubborn = cell === 2 && seen[cell] !== VOCABULARY.maskToken;
      return isStubborn ? { token: 300, certainty: 0.99 } : oracle(1, '{"name": "Ada", "age": 36}', 0)(cell, seen);
    };
    const result = await run({ schema: 0, decoding, wish, maxTokens: 96 });
    expect(result.text).toBe('{"name": "Ada", "age": 36}');
    expect(result.forwards).toBeLessThan(5);
  }
});

it("has end tokens behind an end that the grammar accepts, and spends no step on what a model wants there", async () => {
  const [, speed] = RULES as [Decoding, Decoding];
  const text = '{"name": "Ada", "age": 36}';
  const end = tokens.encode(text).length;
  const wish: Wish = (cell, seen) => {
    if (cell <= end) return oracle(1, text, 0)(cell, seen);
    return { token: 300 + ((seen[cell] ?? 0) % 7), certainty: 0.9 };
  };
  const { steps, ...result } = await run({ schema: 0, decoding: speed, wish, maxTokens: 96 });
  expect(result.text).toBe(text);
  expect(result.forwards).toBeLessThan(5);
  const last = steps.findLast(({ kind }) => kind === "denoise");
  expect(new Set(last?.cells.slice(end))).toEqual(new Set([VOCABULARY.endToken]));
});

it("in 2.2 deletes a token that a draft holds twice, although the exact prefix gets shorter", async () => {
  const [decoding] = RULES.filter(({ rule }) => rule === "2.2") as [Decoding];
  const text = '{"name": "Ada Augusta Lovelace and others who are not named here", "age": 36}';
  const wanted = [...tokens.encode(text), 4];
  const doubled = 8;
  /** Sure of half of a block only while a token is there twice, so that masks follow the cell that is to go. */
  const wish: Wish = (cell, seen) => {
    const isMasked = (place: number) => seen[place] === VOCABULARY.maskToken;
    const isDoubled = seen[doubled - 1] === wanted[doubled - 1] && seen[doubled] === wanted[doubled - 1];
    const isShifted = cell >= doubled && (isDoubled || isMasked(doubled));
    const certainty = cell < 16 || !isDoubled ? 0.9 : 0.3;
    if (isMasked(cell)) return { token: wanted[isShifted ? cell - 1 : cell] ?? 4, certainty };
    const isToGo = isDoubled && cell === doubled && !isMasked(12);
    return { token: isToGo ? VOCABULARY.editTokens.delete : (seen[cell] as number), certainty: 0.95 };
  };
  const found = await run({ schema: 0, decoding, wish, maxTokens: 128 });
  expect(found.text).toBe(text);
  const edits = found.steps.flatMap((step) => (step.kind === "denoise" ? step.edits : []));
  expect(edits.filter(({ op }) => op === "delete")).toHaveLength(1);
});
