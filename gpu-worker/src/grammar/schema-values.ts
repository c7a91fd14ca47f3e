/** Strings, integers and counts of a JSON Schema. */
import { type Expression, rule } from "./expression.ts";
import { FORMATS } from "./formats.ts";
import { GrammarError } from "./grammar-error.ts";
import { integersBetween } from "./integer-range.ts";
import { ANY, canonical, INTEGER, quoted, stringOf } from "./json-text.ts";
import { regexExpression } from "./regex.ts";
import type { SchemaObject } from "./schema-place.ts";

/** Characters of a string, items of a list: each is a state of the compiled grammar. */
export const MAX_COUNT = 256;

export function stringValue({ pattern, format, ...schema }: SchemaObject, place: string): Expression {
  const [min, max] = countsOf(schema, "minLength", "maxLength", place);
  const bounded = schema.minLength !== undefined || schema.maxLength !== undefined;
  if (bounded && (pattern !== undefined || format !== undefined)) {
    throw new GrammarError(`${place}: of "pattern", "format" and lengths only one is supported at a time`);
  }
  // A format beside a pattern is an annotation, as it is in JSON Schema by default: zod and others send both for one thing.
  if (pattern !== undefined) return quoted(patternValue(pattern, `${place}/pattern`));
  if (format !== undefined) {
    const known = FORMATS.get(format as string);
    if (known === undefined) {
      const all = [...FORMATS.keys()].join(", ");
      throw new GrammarError(`${place}/format: ${JSON.stringify(format)} is not supported; these are: ${all}`);
    }
    return quoted(regexExpression(known, { character: canonical, search: false }));
  }
  return bounded ? stringOf(min, max) : rule(ANY.string);
}

/** A pattern of a string's value, found anywhere in it. */
function patternValue(pattern: unknown, place: string): Expression {
  if (typeof pattern !== "string") throw new GrammarError(`${place}: must be a text`);
  try {
    return regexExpression(pattern, { character: canonical, search: true });
  } catch (error) {
    throw error instanceof GrammarError ? new GrammarError(`${place}: ${error.message}`) : error;
  }
}

export function integerValue(schema: SchemaObject, place: string): Expression {
  const bound = (key: string, shift: 0 | 1 | -1): bigint | undefined => {
    const value = schema[key];
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
      throw new GrammarError(`${place}/${key}: must be a number up to ${Number.MAX_SAFE_INTEGER} either way`);
    }
    const whole = key.endsWith("inimum") ? Math.ceil(value) : Math.floor(value);
    return BigInt(whole) + (Number.isInteger(value) ? BigInt(shift) : 0n);
  };
  const lower = [bound("minimum", 0), bound("exclusiveMinimum", 1)].filter((one) => one !== undefined);
  const upper = [bound("maximum", 0), bound("exclusiveMaximum", -1)].filter((one) => one !== undefined);
  if (lower.length + upper.length === 0) return INTEGER;
  const largest = lower.toSorted(ascending).at(-1);
  const smallest = upper.toSorted(ascending)[0];
  const range = integersBetween(largest, smallest);
  if (range === undefined) throw new GrammarError(`${place}: no integer is between its limits`);
  return range;
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

/** Limits of a count. @throws GrammarError for one that is no whole number or too large */
export function countsOf(schema: SchemaObject, least: string, most: string, place: string): [number, number] {
  const count = (key: string, absent: number): number => {
    const value = schema[key];
    if (value === undefined) return absent;
    if (!(Number.isInteger(value) && (value as number) >= 0)) {
      throw new GrammarError(`${place}/${key}: must be a whole number from 0`);
    }
    if ((value as number) > MAX_COUNT) {
      throw new GrammarError(`${place}/${key}: ${value} is more than ${MAX_COUNT}, the largest that is supported`);
    }
    return value as number;
  };
  const [min, max] = [count(least, 0), count(most, Number.POSITIVE_INFINITY)];
  if (min > max) throw new GrammarError(`${place}: ${least} ${min} is more than ${most} ${max}`);
  return [min, max];
}
