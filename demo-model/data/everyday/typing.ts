/** Imitates how people type: all in lower case, without marks, with a typing error. It knows no tasks and no frames. */
import type { Random } from "../random.ts";
import type { Language } from "../sample.ts";

const LOWER_SHARE = 0.16;
const BARE_END_SHARE = 0.2;
const NO_COMMAS_SHARE = 0.05;
const TYPO_SHARE = 0.1;
const SECOND_TYPO_SHARE = 0.3;

/** First of the private characters that represent pieces which typing leaves unchanged. */
const FIRST_PIECE = 0xe000;
/**
 * Pattern of exact pieces: quotations, and words with digits, inner capitals or signs: `"A"`, `YYYY-MM-DD`,
 * `camelCase`, `a=1`.
 */
const EXACT =
  /"[^"]*"|`[^`]*`|(?<=^|[\s(])'[^']*'|[^\s,;:!?()，。？：]*(?:\d|[A-Za-z][A-Z]|[=/\\_|<>*#@&+])[^\s,;!?()，。？：]*/g;
const LANGUAGE_NAME = /^(?:JavaScript|JS|Node\.js|ES6)$/;

/** Pieces of a text that must stay unchanged, each replaced by its character and restored later. */
export interface Pieces {
  keep(piece: string): string;
  restore(text: string): string;
}

export function createPieces(): Pieces {
  const kept: string[] = [];
  return {
    keep: (piece) => String.fromCharCode(FIRST_PIECE + kept.push(piece) - 1),
    restore: (text) => text.replaceAll(/[\ue000-\uf8ff]/g, (one) => kept[one.charCodeAt(0) - FIRST_PIECE] ?? ""),
  };
}

/** The text as a person might type it; `kept` pieces stay unchanged. */
export function typed(text: string, pieces: Pieces, language: Language, random: Random): string {
  let result = text.replaceAll(EXACT, (one) => (LANGUAGE_NAME.test(one) ? one : pieces.keep(one)));
  if (random.chance(LOWER_SHARE)) result = result.toLowerCase();
  if (random.chance(BARE_END_SHARE)) result = result.replace(/[.!?。！？]+$/, "");
  if (random.chance(NO_COMMAS_SHARE))
    result = language === "zh" ? result.replaceAll("，", " ") : result.replaceAll(/[,']/g, "");
  if (language === "en" && random.chance(TYPO_SHARE)) {
    result = mistyped(result, random);
    if (random.chance(SECOND_TYPO_SHARE)) result = mistyped(result, random);
  }
  return result;
}

/**
 * Makes a typing error: a letter of a word of at least five letters, never the first, is swapped with the next, dropped
 * or doubled.
 */
export function mistyped(text: string, random: Random): string {
  const words = [...text.matchAll(/(?<![\w\ue000-\uf8ff'-])[A-Za-z][a-z]{4,}(?![\w\ue000-\uf8ff'-])/g)];
  if (words.length === 0) return text;
  const { 0: word, index } = random.pick(words);
  const at = random.int(1, word.length - 2);
  const slip = random.pick(["swap", "swap", "drop", "drop", "double"] as const);
  const two = word.slice(at, at + 2);
  const wrong = slip === "swap" ? [...two].reverse().join("") : slip === "drop" ? two.slice(1) : two[0] + two;
  return text.slice(0, index) + word.slice(0, at) + wrong + word.slice(at + 2) + text.slice(index + word.length);
}
