import type { EditEvent } from "@palimpsest/client";
import fc from "fast-check";
import { expect, it } from "vitest";
import { scripts, tell, textsOf } from "../../test/support/fakes/synthetic-response.ts";
import { Answer } from "./block-cells.ts";

const base = { v: 1, response_id: "r", attempt: 1, seq: 0, choice: 0 } as const;
const open = { ...base, type: "open", model: "m", block_length: 4, choices: 1 } as unknown as EditEvent;
const draft = (content: (string | number)[], edits: object[], block = 0) =>
  ({ ...base, type: "draft", block, rev: 0, content, edits }) as unknown as EditEvent;
const commit = (text: string, block = 0) =>
  ({ ...base, type: "commit", block, text, start: 0, length: text.length }) as unknown as EditEvent;
const unmask = (at: number, after: string) => ({ op: "unmask", at, offset: 0, after, p: 0.9 });

function answerOf(...events: EditEvent[]): Answer {
  const answer = new Answer();
  for (const [i, event] of events.entries()) answer.take(event, i * 10);
  return answer;
}

it("a cell knows what stood there, in which step, and how sure the model was", () => {
  const substitute = { op: "substitute", at: 0, offset: 0, before: "a", after: "A", p: 0.7 };
  const first = draft(["a", 1, "c", 1], [unmask(0, "a"), unmask(2, "c")]);
  const second = draft(["Abc", 1], [substitute, unmask(1, "b")]);
  const [block] = answerOf(open, first, second).blocks;
  expect(block!.cells.map(({ text }) => text)).toEqual(["A", "b", "c", undefined]);
  expect(block!.cells.map(({ change }) => change)).toEqual(["substitute", "unmask", undefined, undefined]);
  expect(block!.cells[0]!.history).toEqual([
    { op: "unmask", step: 1, ms: 10, text: "a", probability: 0.9 },
    { op: "substitute", step: 2, ms: 20, text: "A", probability: 0.7 },
  ]);
});

it("cells move with deletions and insertions", () => {
  const filled = draft(
    ["abcd"],
    ["a", "b", "c", "d"].map((text, at) => unmask(at, text)),
  );
  const edits = [
    { op: "delete", at: 1, offset: 1, before: "b", p: 0.8 },
    { op: "insert", at: 3, offset: 2, p: 0.6 },
  ];
  const [block] = answerOf(open, filled, draft(["ac", 1, "d"], edits)).blocks;
  expect(block!.cells.map(({ text }) => text)).toEqual(["a", "c", undefined, "d"]);
  expect(block!.cells[3]!.history).toMatchObject([{ text: "d" }]);
  expect(block!.deleted).toEqual([{ before: 1, text: "b" }]);
});

it("takes the content where drafts were dropped, and goes on from there", () => {
  const missed = draft(["xy", 2], [unmask(1, "y")]);
  const answer = answerOf(open, missed, commit("xyz"));
  expect(answer.blocks[0]!.cells.map(({ text }) => text)).toEqual(["xy", "z"]);
  expect(answer.text).toBe("xyz");
});

it("cells that share a character keep their histories, and the first shows it", () => {
  const halves = draft(["a你", 1], [unmask(0, "a"), unmask(1, "\uFFFD"), unmask(2, "\uFFFD")]);
  const [shared] = answerOf(open, halves).blocks;
  expect(shared!.cells.map(({ text }) => text)).toEqual(["a", "你", "", undefined]);
  expect(shared!.cells[2]!.history).toMatchObject([{ step: 1 }]);

  const remask = { op: "remask", at: 2, offset: 2, before: "\uFFFD", p: 0.9, reason: "grammar" };
  const [cut] = answerOf(open, halves, draft(["a\uFFFD", 1, "a"], [remask, unmask(3, "a")])).blocks;
  expect(cut!.cells.map(({ text }) => text)).toEqual(["a", "\uFFFD", undefined, "a"]);
  expect(cut!.cells[2]!.history).toHaveLength(2);
});

it("shows no cells behind an end token, and shows them again when it is gone", () => {
  const ended = draft(["a"], [unmask(0, "a"), unmask(1, ""), unmask(2, "c")]);
  expect(textsIn(answerOf(open, ended))).toEqual(["a", ""]);
  const substitute = { op: "substitute", at: 1, offset: 1, before: "", after: "b", p: 0.7 };
  expect(textsIn(answerOf(open, ended, draft(["abc", 1], [substitute])))).toEqual(["a", "b", "c", undefined]);
});

const textsIn = ({ blocks: [block] }: Answer) => block!.cells.map(({ text }) => text);

it("shows the committed text of any response, whatever its drafts and takeovers were", () => {
  fc.assert(
    fc.property(scripts, (script) => {
      const answer = new Answer();
      for (const event of tell(script)) answer.take(event, 0);
      expect(answer.text).toBe(textsOf(script)[0]);
      expect(answer.blocks.every(({ isCommitted }) => isCommitted)).toBe(true);
    }),
  );
});
