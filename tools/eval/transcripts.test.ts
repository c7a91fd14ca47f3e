import { expect, it } from "vitest";
import type { Answer } from "./evaluate.ts";
import type { Task } from "./task.ts";
import { transcripts } from "./transcripts.ts";

const task = (id: string): Task => ({
  id,
  family: "lists",
  messages: [{ role: "user", content: `ask ${id}` }],
  tests: { kind: "code", cases: [{ args: [], expected: 1 }] },
});

const answer = (id: string, more: Partial<Answer>): Answer => ({
  ...{
    id,
    family: "lists",
    kind: "code",
    mode: "quality",
    sample: 0,
    text: "```js\n1\n```",
    finish: "stop",
    pass: true,
  },
  ...{
    tokens: 3,
    forwards: 2,
    prefillForwards: 0,
    edits: { unmask: 3, substitute: 1, delete: 0, insert: 0 },
    seconds: 1,
  },
  ...more,
});

it("shows the first twenty tasks with their answers, and a draft that edits changed", () => {
  const tasks = Array.from({ length: 25 }, (_, i) => task(String(i)));
  const failed = { pass: false, reason: "no function", text: "one", firstDraft: { text: "on", pass: false } };
  const answers = tasks.map(({ id }) => answer(id, id === "1" ? failed : {})).toReversed();
  const text = transcripts(tasks, { mode: { name: "quality", parameters: {} }, answers, seconds: 1 });
  expect(text.match(/^## /gm)).toHaveLength(20);
  expect(text).toContain("## 1. lists: passes\n\nuser:\n\n```text\nask 0\n```");
  expect(text).toContain("Answer, 3 tokens in 2 forwards, 1 edit:\n\n````text\n```js\n1\n```\n````");
  expect(text).toContain("## 2. lists: fails (no function)");
  expect(text).toContain("First draft, which fails:\n\n```text\non\n```");
});
