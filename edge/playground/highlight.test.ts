import { expect, it } from "vitest";
import { cellParts, colouredParts, isCode } from "./highlight.ts";

const parts = (code: string) => colouredParts(code).map(({ kind, start, end }) => [kind, code.slice(start, end)]);

it("finds strings, numbers, keywords, calls and comments", () => {
  expect(parts('const a = f("x\\"y", 1.5); // done')).toEqual([
    ["keyword", "const"],
    ["name", "f"],
    ["string", '"x\\"y"'],
    ["number", "1.5"],
    ["comment", "// done"],
  ]);
});

it("colours text that is not complete yet", () => {
  expect(parts('return "ab')).toEqual([
    ["keyword", "return"],
    ["string", '"ab'],
  ]);
  expect(parts("/* open")).toEqual([["comment", "/* open"]]);
});

it("tells code from prose", () => {
  expect(["function f() {}", '{"a": 1}', "Here it is:\nconst a = 1;"].map(isCode)).toEqual([true, true, true]);
  expect(["I cannot do that.", "A constant is let go"].map(isCode)).toEqual([false, false]);
});

it("colours the parts of each cell, across cells and lines", () => {
  const cells = ["const", " s", " =", ' "a', 'b"', ";\n  ", "// x", "\ny"];
  expect(cellParts(cells).map((parts) => parts.map(({ kind, text }) => [kind, text]))).toEqual([
    [["keyword", "const"]],
    [[undefined, " s"]],
    [[undefined, " ="]],
    [
      [undefined, " "],
      ["string", '"a'],
    ],
    [["string", 'b"']],
    [[undefined, ";\n  "]],
    [["comment", "// x"]],
    [[undefined, "\ny"]],
  ]);
});
