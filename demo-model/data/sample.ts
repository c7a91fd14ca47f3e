/**
 * The data of a generated task beyond the task itself, and the rule that splits tasks into train, validation and test.
 */
import type { Task, Tests } from "@palimpsest/tools/eval/task";
import { hashText, type Random } from "./random.ts";

export type { Call, Case, Json, Message, Tool } from "@palimpsest/tools/eval/task";
export type Language = "en" | "zh";
/** `wordings` and `tasks` are the two parts of everyday's test: known tasks in held-out wordings, and held-out tasks. */
export type Split = "train" | "validation" | "test" | "wordings" | "tasks";

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
  "drills",
  "everyday",
  "beyond",
  "extraction",
  "more-tools",
] as const;
export type Family = (typeof FAMILIES)[number];

/** A task before it has an id and a split. `signature` names its combination of operations and nothing else. */
export interface Draft extends Pick<Task, "messages" | "tools"> {
  signature: string;
  /** The answer that training shows, without the end-of-turn token. */
  reference: string;
  tests: Tests;
  /** Signatures of other tasks whose answers this one shows; training must not see them when they are held out. */
  shows?: string[];
  /** The split, where the task's parts decide it and not the hash of its signature. */
  split?: Split;
}

/** A line of the JSONL files. */
export interface Sample extends Omit<Draft, "shows" | "split"> {
  id: string;
  family: Family;
  language: Language;
  split: Split;
}

/** Draws one task of a family. */
export type Generator = (random: Random, language: Language) => Draft;

/** Keeps 1 of every 16 operation combinations for the test and 1 for validation. */
export function splitOf(signature: string): Split {
  const bucket = hashText(signature) % 16;
  return bucket === 0 ? "test" : bucket === 1 ? "validation" : "train";
}
