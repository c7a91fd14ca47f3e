/** Parsers of flag values. A wrong value is a usage error that names the flag. */
import { InvalidArgumentError } from "commander";

/** A whole number of at least `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum}.`);
  };
}

/** Block length. Even: quantized products compute the last of an odd number of rows with other bits than elsewhere. */
export function blockLength(text: string): number {
  const value = wholeNumber(2)(text);
  if (value % 2 === 0) return value;
  throw new InvalidArgumentError("It must be even.");
}

/** A probability. */
export function probability(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It must be a probability from 0 to 1.");
}

/** A number. Its user checks the range. */
export function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number.");
}

/** Token ids separated by commas. */
export function tokenList(text: string): number[] {
  const ids = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (ids.every(Number.isSafeInteger)) return ids;
  throw new InvalidArgumentError("It must be token ids separated by commas.");
}

/** Pairs `ID=BIAS` separated by commas. */
export function biasList(text: string): Map<number, number> {
  const pairs = text.split(",").map((pair) => /^\s*(\d+)=(-?\d+(?:\.\d+)?)\s*$/.exec(pair));
  if (pairs.every((pair) => pair !== null)) return new Map(pairs.map(([, id, by]) => [Number(id), Number(by)]));
  throw new InvalidArgumentError("It must be token ids with biases, as in 5=-100,7=2.5.");
}

/** Appends a value of a repeatable flag. */
export function another(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
