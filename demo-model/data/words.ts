/** Word lists and names. All written for this project. */
import type { Random } from "./random.ts";
import type { Language } from "./sample.ts";

const split = (text: string): string[] => text.trim().split(/\s+/);

export const PEOPLE = split(`Tom Anna Ben Lily Max Sara Leo Mia Sam Zoe Ivan Nora Omar Eva Kai Ada Hugo Ines Paul Rosa
  Otto Vera Noah Jana Luis Emma Igor Yuki Lena Amir Clara Felix Greta Jonas Karin Mara Nils Olga Petra Remy`);
export const CITIES =
  split(`Paris London Tokyo Berlin Madrid Rome Oslo Cairo Lima Delhi Seoul Boston Dublin Prague Vienna
  Athens Lisbon Warsaw Helsinki Nairobi Toronto Sydney Geneva Munich Kyoto Milan Porto Riga Quito Hanoi`);
export const JOBS = split(
  "engineer teacher doctor artist chef pilot nurse writer lawyer farmer baker driver tailor singer",
);
export const THINGS = split("apples books coins pens cards eggs stamps marbles cookies stickers shells toys keys cups");
export const COLORS = split("red green blue black white yellow purple orange brown gray");
export const DAYS = split("Monday Tuesday Wednesday Thursday Friday Saturday Sunday");

/** Words that strings under test are made of. */
export const TEXT_WORDS = split(`hello World Banana quick fox TypeScript abc Zebra ox level noon Apple tree stone River
  eleven moon Paper glass kayak sun Cloud little banana coffee Yellow road`);

const VERBS = split(`get find make pick count build compute collect process solve check convert measure extract apply
  handle prepare reduce resolve scan select transform update walk trim merge load map list grade rank rate score`);
const NOUNS = split(`values items total numbers entries list data rows parts words points units scores names keys
  lines marks pairs codes steps prices orders digits letters report summary output input matches group levels`);
const SYLLABLES = split("ba ko ri ta mu ze lo fi na du pe sho vi ga tor lin mar quo sel wex dra fin bol nim zor kap");
const SHORT = split("f g h fn calc solve run task work doIt helper main answer process convert compute handle apply");

/** A function name such as a person would ask for: verb and noun, sometimes made up, sometimes very short. */
export function functionName(random: Random): string {
  if (random.chance(0.15)) return random.pick(SHORT);
  if (random.chance(0.2)) return madeUpName(random);
  return random.pick(VERBS) + capitalize(random.pick(NOUNS));
}

/** An argument or variable name of one word. */
export function variableName(random: Random): string {
  return random.chance(0.3) ? madeUpName(random) : random.pick(NOUNS);
}

function madeUpName(random: Random): string {
  return Array.from({ length: random.int(2, 3) }, () => random.pick(SYLLABLES)).join("");
}

export function capitalize(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** A text of one to `most` words, sometimes with spaces around it. */
export function phrase(random: Random, most: number): string {
  const words = Array.from({ length: random.int(1, most) }, () => random.pick(TEXT_WORDS)).join(" ");
  return random.chance(0.2) ? ` ${words} ` : words;
}

/** A list of 4 to 9 whole numbers, or `length` of them, between -20 and 60. */
export function numberList(random: Random, length = random.int(4, 9)): number[] {
  return Array.from({ length }, () => random.int(-20, 60));
}

/** Joins parts as a sentence does: "a, b and c", in Chinese with the comma alone. */
export function joinParts(parts: readonly string[], language: Language): string {
  if (language === "zh") return parts.join("，");
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
