import type { DraftEvent, Edit, EditEvent } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { firstDraft } from "./first-draft.ts";

const base = { v: 1, response_id: "r", attempt: 1, choice: 0, offset: 0, p: 1 } as const;
let seq = 0;
const draft = (block: number, rev: number, ...edits: Edit[]): DraftEvent => ({
  ...base,
  type: "draft",
  seq: seq++,
  block,
  rev,
  content: [],
  edits,
});
const unmask = (at: number, after: string): Edit => ({ op: "unmask", at, after, offset: 0, p: 1 });
const substitute = (at: number, before: string, after: string): Edit => ({
  op: "substitute",
  at,
  before,
  after,
  offset: 0,
  p: 1,
});

it("joins the first tokens of all cells, block after block", () => {
  const events: EditEvent[] = [
    draft(0, 0, unmask(0, "let"), unmask(2, "=")),
    draft(0, 1, unmask(1, " y"), substitute(0, "let", "const")),
    draft(0, 2),
    draft(1, 3, unmask(0, " 1;")),
  ];
  expect(firstDraft(events)).toBe("let y= 1;");
});

it("ends where a cell first contained an end token, even if that was replaced later", () => {
  const events = [draft(0, 0, unmask(0, "a")), draft(0, 1, substitute(1, "", "b"), unmask(2, "c")), draft(1, 2)];
  expect(firstDraft(events)).toBe("a");
});

it("is undefined if a draft was dropped or a cell was first filled unseen", () => {
  expect(firstDraft([draft(0, 0, unmask(0, "a")), draft(0, 2, unmask(1, "b"))])).toBeUndefined();
  expect(firstDraft([draft(0, 0, unmask(0, "a")), draft(1, 2, unmask(0, "b"))])).toBeUndefined();
  expect(firstDraft([draft(0, 0, unmask(0, "a")), draft(0, 1, unmask(2, "c"))])).toBeUndefined();
  expect(firstDraft([draft(0, 0, unmask(0, "\ufffd"))])).toBeUndefined();
  const deleted: Edit = { op: "delete", at: 0, before: "a", offset: 0, p: 1 };
  expect(firstDraft([draft(0, 0, unmask(0, "a")), draft(0, 1, deleted)])).toBeUndefined();
});

it("is empty for an empty answer, and undefined without events", () => {
  expect(firstDraft([])).toBeUndefined();
  expect(firstDraft([draft(0, 0)])).toBe("");
});
