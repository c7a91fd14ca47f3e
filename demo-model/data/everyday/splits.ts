/** Splits everyday tasks by task and by wording. It knows the hashes alone. */
import { hashText } from "../random.ts";
import type { Split } from "../sample.ts";

/** Of all tasks, those held out whole. */
const HELD_OUT_TASKS = 15;
/** Of the other tasks' wordings, those held out, and those for validation. */
const HELD_OUT_WORDINGS = 20;
const VALIDATION_WORDINGS = 5;

/** The split of a request for the task with this wording. */
export function everydaySplit(id: string, wording: string): Split {
  return isHeldOut(id) ? "tasks" : wordingSplit(`${id}:${wording}`);
}

/** Every wording of such a task is in `tasks`. */
export function isHeldOut(id: string): boolean {
  return hashText(`everyday:${id}`) % 100 < HELD_OUT_TASKS;
}

/** The split of a text that is held out, or not, alone. */
export function wordingSplit(text: string): Split {
  const percent = hashText(text) % 100;
  if (percent < HELD_OUT_WORDINGS) return "wordings";
  return percent < HELD_OUT_WORDINGS + VALIDATION_WORDINGS ? "validation" : "train";
}
