/** Splits everyday tasks by task and by wording, from their hashes. */
import { hashText } from "../random.ts";
import type { Split } from "../sample.ts";

/** Percentage of tasks held out entirely. */
const HELD_OUT_TASKS = 15;
/** Percentage of the other tasks' wordings that are held out, and that are for validation. */
const HELD_OUT_WORDINGS = 20;
const VALIDATION_WORDINGS = 5;

/** The split of a request for the task with this wording. */
export function everydaySplit(id: string, wording: string): Split {
  return isHeldOut(id) ? "tasks" : wordingSplit(`${id}:${wording}`);
}

/** True if every wording of the task is in `tasks`. */
export function isHeldOut(id: string): boolean {
  return hashText(`everyday:${id}`) % 100 < HELD_OUT_TASKS;
}

/** The split of a text that is held out independently of tasks. */
export function wordingSplit(text: string): Split {
  const percent = hashText(text) % 100;
  if (percent < HELD_OUT_WORDINGS) return "wordings";
  return percent < HELD_OUT_WORDINGS + VALIDATION_WORDINGS ? "validation" : "train";
}
