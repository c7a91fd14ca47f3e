/** The form of a task, of its hidden tests, and the rule that splits tasks into train, validation and test. */
import { hashText, type Random } from "./random.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Language = "en" | "zh";
export type Split = "train" | "validation" | "test";

/** A function call as the chat template writes it; `arguments` is an object here, never a string. */
export interface Call {
  name: string;
  arguments: { [key: string]: Json };
}

/** One message in OpenAI's shape. A tool result has role `tool`. */
export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  tool_calls?: { type: "function"; function: Call }[];
}

/** A tool that the model may call, in OpenAI's shape; `parameters` is a JSON schema. */
export interface Tool {
  type: "function";
  function: { name: string; description: string; parameters: { [key: string]: Json } };
}

/** One call of the function under test. Values are plain JSON: no NaN, no infinities, no undefined. */
export interface Case {
  /** The function to call, where a task asks for several; else the tests' `entry`. */
  entry?: string;
  args: Json[];
  expected: Json;
}

/**
 * How an answer is judged (`score.ts`):
 * - `code`: run it; the function `entry` must give the expected value for every case. Without `entry` (the task gave no
 *   name) the last function that the answer defines is called.
 * - `json`: the answer is this JSON value; the order of keys is free.
 * - `calls`: the answer is exactly these tool calls, in this order.
 * - `number`: the last number in the answer is this one.
 * - `text`: the answer holds every one of these strings; case is ignored.
 */
export type Tests =
  | { kind: "code"; entry?: string; cases: Case[] }
  | { kind: "json"; expected: Json }
  | { kind: "calls"; expected: Call[] }
  | { kind: "number"; expected: number }
  | { kind: "text"; includes: string[] };

export const FAMILIES = [
  "numbers",
  "strings",
  "records",
  "sequences",
  "loops",
  "modules",
  "bundles",
  "edits",
  "json",
  "tools",
  "arithmetic",
  "about",
  "outside",
] as const;
export type Family = (typeof FAMILIES)[number];

/** A task before it has an id and a split. `signature` names its combination of operations and nothing else. */
export interface Draft {
  signature: string;
  messages: Message[];
  tools?: Tool[];
  /** The answer that training shows, without the end-of-turn token. */
  reference: string;
  tests: Tests;
  /** Signatures of other tasks whose answers this one shows; training must not see them when they are held out. */
  shows?: string[];
  /** The split, where the task's parts decide it and not the hash of its signature. */
  split?: Split;
}

/** One line of the JSONL files. */
export interface Sample extends Omit<Draft, "shows" | "split"> {
  id: string;
  family: Family;
  language: Language;
  split: Split;
}

/** Draws one task of a family. */
export type Generator = (random: Random, language: Language) => Draft;

/** Of 16 operation combinations one is kept for the test, one for validation. */
export function splitOf(signature: string): Split {
  const bucket = hashText(signature) % 16;
  return bucket === 0 ? "test" : bucket === 1 ? "validation" : "train";
}
