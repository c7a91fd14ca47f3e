/** Every everyday task, from the files of its topics. */
import { characters } from "./characters.ts";
import { ciphers } from "./ciphers.ts";
import { classics } from "./classics.ts";
import { codes } from "./codes.ts";
import { labels } from "./labels.ts";
import { letterCounts } from "./letter-counts.ts";
import { letterTasks } from "./letters.ts";
import { moreClassics } from "./more-classics.ts";
import { moreStrings } from "./more-strings.ts";
import { sentences } from "./sentences.ts";
import { stringEdits } from "./string-edits.ts";
import { strings } from "./strings.ts";
import type { EverydayTask } from "./task.ts";
import { textCases } from "./text-cases.ts";
import { textParts } from "./text-parts.ts";
import { wordTasks } from "./words-of-text.ts";

export const TASKS: readonly EverydayTask[] = [
  ...strings,
  ...stringEdits,
  ...moreStrings,
  ...textParts,
  ...letterCounts,
  ...letterTasks,
  ...characters,
  ...textCases,
  ...labels,
  ...wordTasks,
  ...sentences,
  ...classics,
  ...moreClassics,
  ...ciphers,
  ...codes,
];
