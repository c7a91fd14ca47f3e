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
