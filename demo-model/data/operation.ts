/** An operation: its wording in two languages, its JavaScript, and its function. */
import type { Random } from "./random.ts";
import type { Language } from "./sample.ts";

/** Phrases in both languages. `$` is the constant, `#` the operand. */
export interface Phrases {
  en: readonly string[];
  zh: readonly string[];
}

/** An operation as its table lists it. */
export interface Operation<Run> {
  id: string;
  /** The operation's part of a function name, lower camel case; may be empty. */
  word: string;
  say: Phrases;
  /** The range that its whole-number constant is drawn from, when it has one. */
  range?: readonly [number, number];
  code: (x: string, k: string) => string;
  run: (k: number) => Run;
}

/** An operation with its constant and its wording chosen. */
export interface Step<Run> {
  operation: Operation<Run>;
  /** The constant as written in text and code; "" without a constant. */
  constant: string;
  /** The phrase, with `#` still open. */
  phrase: string;
  run: Run;
}

/** Chooses the constant and the wording. */
export function bind<Run>(operation: Operation<Run>, random: Random, language: Language): Step<Run> {
  const value = operation.range ? random.int(operation.range[0], operation.range[1]) : 0;
  return withConstant(operation, value, random, language);
}

/** The same with a given constant. */
export function withConstant<Run>(
  operation: Operation<Run>,
  value: number,
  random: Random,
  language: Language,
): Step<Run> {
  const constant = operation.range ? String(value) : "";
  const phrase = random.pick(operation.say[language]).replaceAll("$", constant);
  return { operation, constant, phrase, run: operation.run(value) };
}

/** The step's phrase with `#` filled in. */
export function say(step: Step<unknown>, subject: string): string {
  return step.phrase.replaceAll("#", subject);
}

/** The step's code for the expression `x`; `constant` replaces the number when it became a parameter. */
export function codeOf(step: Step<unknown>, x: string, constant = step.constant): string {
  return step.operation.code(x, constant);
}
