/** Parsers of flag values; a wrong one is a usage error that names the flag. */
import { InvalidArgumentError } from "commander";

/** A whole number from `minimum`. */
export function wholeNumber(minimum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum}.`);
  };
}

/** Tokens of a block. Even: a quantized product gives the last of an odd number of rows other bits than the same row has elsewhere. */
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

/** A number; what asks for it says which ones it takes. */
export function decimal(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("It must be a number.");
}

/** Token ids with commas between. */
export function tokenList(text: string): number[] {
  const ids = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (ids.every(Number.isSafeInteger)) return ids;
  throw new InvalidArgumentError("It must be token ids with commas between.");
}

/** `ID=BIAS` with commas between. */
export function biasList(text: string): Map<number, number> {
  const pairs = text.split(",").map((pair) => /^\s*(\d+)=(-?\d+(?:\.\d+)?)\s*$/.exec(pair));
  if (pairs.every((pair) => pair !== null)) return new Map(pairs.map(([, id, by]) => [Number(id), Number(by)]));
  throw new InvalidArgumentError("It must be token ids with what is added, as in 5=-100,7=2.5.");
}

/** One more value of a flag that may be given again. */
export function another(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
