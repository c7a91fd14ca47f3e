/** Draws texts that tests of everyday tasks use as arguments. */
import type { Random } from "../random.ts";

const WORDS =
  `apple banana cherry river stone window garden paper yellow orange happy little quick brown fox jumps over lazy dog
  hello world coffee tea level noon kayak madam letter summer winter mountain ocean tree bird house keyboard mouse screen
  music book green cat hat moon light night day rain snow cloud street city bridge train school teacher student mississippi
  success balloon committee bookkeeper pepper rhythm sky try apple egg ice umbrella idea open under even odd the a is it of`.split(
    /\s+/,
  );

export const word = (random: Random): string => random.pick(WORDS);

/** A word that begins with a capital letter. */
export const capital = (random: Random): string => upperFirst(word(random));

/** A phrase of one to `most` words in small letters, with single spaces. */
export const phrase = (random: Random, most = 5): string =>
  Array.from({ length: random.int(1, most) }, () => word(random)).join(" ");

/** At least two words in small letters. */
export const phrases = (random: Random, most = 6): string => `${word(random)} ${phrase(random, most - 1)}`;

/** A sentence with a capital letter and a mark at its end. */
export const sentence = (random: Random): string =>
  `${upperFirst(word(random))}${random.chance(0.3) ? "," : ""} ${phrase(random)}${random.pick([".", "!", "?", "."])}`;

/** Words of which some are in capitals, begin with one, or are numbers. */
export const mixed = (random: Random, most = 5): string =>
  Array.from({ length: random.int(1, most) }, () =>
    random.pick([
      word(random),
      upperFirst(word(random)),
      upperFirst(word(random)),
      word(random).toUpperCase(),
      String(random.int(0, 999)),
    ]),
  ).join(" ");

/** Words of which some begin with a capital letter. */
export const named = (random: Random, most = 5): string =>
  Array.from({ length: random.int(1, most) }, () =>
    random.chance(0.4) ? upperFirst(word(random)) : word(random),
  ).join(" ");

/** A made-up word of letters from a small alphabet, so that they repeat. */
export const letters = (random: Random, least: number, most: number, alphabet = "abcde"): string =>
  Array.from({ length: random.int(least, most) }, () => random.pick([...alphabet])).join("");

/** A list of words. */
export const words = (random: Random, least = 2, most = 6): string[] =>
  Array.from({ length: random.int(least, most) }, () => word(random));

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
