/** Lists, dictionaries and records that the everyday tasks on lists draw as arguments. */
import type { Random } from "../random.ts";
import { CITIES, PEOPLE, TEXT_WORDS } from "../words.ts";

const repeat = <T>(count: number, draw: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => draw(i));

/** 3 to 8 whole numbers of [low, high]; a narrow range repeats values. */
export function ints(random: Random, low = -9, high = 40, least = 3, most = 8): number[] {
  return repeat(random.int(least, most), () => random.int(low, high));
}

/** 3 to 7 words, of which some may be equal. */
export function texts(random: Random, least = 3, most = 7): string[] {
  const known = random.some(TEXT_WORDS, 6);
  return repeat(random.int(least, most), () => random.pick(known));
}

/** 3 to 6 people with ids 1, 2, ..., names that differ and few cities; all ages differ. */
export function people(random: Random): { id: number; name: string; age: number; city: string }[] {
  const names = random.some(PEOPLE, random.int(3, 6));
  const ages = random.some(
    repeat(45, (i) => i + 8),
    names.length,
  );
  const cities = random.some(CITIES, 3);
  return names.map((name, i) => ({ id: i + 1, name, age: ages[i]!, city: random.pick(cities) }));
}

/** 3 to 6 goods whose names and whole prices differ. */
export function products(
  random: Random,
): { name: string; category: string; price: number; quantity: number; inStock: boolean }[] {
  const names = random.some(["lamp", "chair", "desk", "mug", "pen", "phone", "bag", "shirt"], random.int(3, 6));
  const prices = random.some(
    repeat(60, (i) => i + 1),
    names.length,
  );
  return names.map((name, i) => ({
    name,
    category: random.pick(["home", "office", "sport"]),
    price: prices[i]!,
    quantity: random.int(1, 5),
    inStock: random.chance(0.6),
  }));
}

/** A dictionary from 3 to 6 words to numbers that differ. */
export function counts(random: Random, low = 1, high = 30): Record<string, number> {
  const keys = random.some(["apples", "pears", "plums", "milk", "bread", "rice", "eggs", "tea"], random.int(3, 6));
  const values = random.some(
    repeat(high - low + 1, (i) => low + i),
    keys.length,
  );
  return Object.fromEntries(keys.map((key, i) => [key, values[i]!]));
}

/** A matrix of small whole numbers. */
export function grid(random: Random, rows: number, columns: number, low = -5, high = 9): number[][] {
  return repeat(rows, () => repeat(columns, () => random.int(low, high)));
}
