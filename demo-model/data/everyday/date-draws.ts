/** Dates and times that the everyday tasks draw as arguments. */
import type { Random } from "../random.ts";

export function two(part: number): string {
  return String(part).padStart(2, "0");
}

/** A day of the years `from` to `to` as "YYYY-MM-DD". */
export function isoDate(random: Random, from = 2019, to = 2027): string {
  const first = Date.UTC(from, 0, 1);
  const days = (Date.UTC(to, 11, 31) - first) / 86_400_000;
  return new Date(first + random.int(0, days) * 86_400_000).toISOString().slice(0, 10);
}

/** A time of day as "HH:MM". */
export function clock(random: Random): string {
  return `${two(random.int(0, 23))}:${two(random.int(0, 59))}`;
}
