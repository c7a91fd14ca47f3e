import { type Content, type Edit, emptyDocument, type ResponseDocument } from "@palimpsest/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { answerNodes } from "./view.ts";

interface FakeNode {
  readonly tag: string;
  className?: string;
  textContent: string;
}

beforeEach(() => {
  vi.stubGlobal("document", { createElement: (tag: string): FakeNode => ({ tag, textContent: "" }) });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

/** `[tag or class] text` of every node that shows something. */
function shown(content: Content, edits: Partial<Edit>[]): string {
  const draft = { block: 0, rev: 1, content, edits: edits.map((edit) => ({ at: 0, p: 1, ...edit }) as Edit) };
  const response: ResponseDocument = { ...emptyDocument, choices: [{ text: "", committed: [], drafts: [draft] }] };
  const nodes = answerNodes(response) as unknown as FakeNode[];
  const visible = nodes.filter(({ textContent }) => textContent !== "");
  return visible.map(({ tag, className, textContent }) => `[${className ?? tag}]${textContent}`).join("");
}

it("marks the last step's edits in place", () => {
  const edits: Partial<Edit>[] = [
    { op: "substitute", offset: 4, before: "x", after: "b" },
    { op: "unmask", offset: 0, after: "foo" },
  ];
  expect(shown(["foo b", 2], edits)).toBe("[ins]foo[draft] [mark]b[masked]░░");
});

it("shows deleted text in its place: inside text, before a mask, at the end", () => {
  const at = (offset: number): Partial<Edit>[] => [{ op: "delete", offset, before: "no" }];
  expect(shown(["ab", 1, "cd"], at(1))).toBe("[draft]a[del]no[draft]b[masked]░[draft]cd");
  expect(shown(["ab", 1, "cd"], at(2))).toBe("[draft]ab[del]no[masked]░[draft]cd");
  expect(shown(["ab", 1, "cd"], at(4))).toBe("[draft]ab[masked]░[draft]cd[del]no");
});

it("marks an inserted mask among others, and not the text after it", () => {
  expect(shown(["ab", 3, "cd"], [{ op: "insert", offset: 2 }])).toBe("[draft]ab[ins]░[masked]░░[draft]cd");
  const written: Partial<Edit>[] = [
    { op: "insert", offset: 0 },
    { op: "unmask", offset: 0, after: "c" },
  ];
  expect(shown([1, "cd"], written)).toBe("[ins]░[ins]c[draft]d");
});

it("a deleted mask shows nothing", () => {
  expect(shown(["ab"], [{ op: "delete", offset: 1 }])).toBe("[draft]a[draft]b");
});
