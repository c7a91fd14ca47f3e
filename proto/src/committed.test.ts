import { expect, it } from "vitest";
import { committedOf } from "./committed.ts";
import type { CommitEvent } from "./edit-event.ts";

it("a worker that resumes a response gets the committed tokens, and the blocks that were open behind the last of them", () => {
  const base = { v: 1, response_id: "r", attempt: 1, seq: 0, type: "commit", text: "", start: 0, length: 0 } as const;
  const log: CommitEvent[] = [
    { ...base, choice: 0, block: 1, token_ids: [3, 4], open_ids: [7, 8] },
    { ...base, choice: 0, block: 0, token_ids: [1, 2], open_ids: [5, 6] },
    { ...base, choice: 1, block: 0, token_ids: [9], open_ids: [1, 1] },
    { ...base, choice: 1, block: 1, token_ids: [0], finish_reason: "stop" },
  ];
  expect(committedOf(log, 2)).toEqual([
    { tokens: [1, 2, 3, 4], open: [7, 8] },
    { tokens: [9, 0], finishReason: "stop" },
  ]);
  expect(committedOf([], 2)).toEqual([]);
});
