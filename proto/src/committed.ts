/** The commits in a response's log, in the form in which the worker that resumes it gets them. */
import { defined } from "./defined.ts";
import type { EditEvent } from "./edit-event.ts";
import type { CommittedChoice } from "./generate-request.ts";

/** @param log events of earlier attempts, commits in any order. @returns one entry per choice; none for an empty log */
export function committedOf(log: readonly EditEvent[], choices: number): CommittedChoice[] {
  if (log.length === 0) return [];
  const commits = log.filter((event) => event.type === "commit").sort((a, b) => a.block - b.block);
  return Array.from({ length: choices }, (_, choice) => {
    const own = commits.filter((commit) => commit.choice === choice);
    const last = own.at(-1);
    return {
      tokens: own.flatMap(({ token_ids = [] }) => token_ids),
      ...defined({ open: last?.open_ids, finishReason: last?.finish_reason }),
    };
  });
}
