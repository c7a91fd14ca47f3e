import { describe, expect, it } from "vitest";
import { parseCalls, same, score } from "./score.ts";

const double = {
  tests: {
    kind: "code" as const,
    entry: "double",
    cases: [
      { args: [2], expected: 4 },
      { args: [0], expected: 0 },
    ],
  },
};

describe("score", () => {
  it("passes code that gives the expected values, fenced or not", () => {
    expect(score(double, "const double = (x) => x * 2;").pass).toBe(true);
    expect(score(double, "Here:\n```js\nfunction double(x) { return x + x; }\n```").pass).toBe(true);
  });

  it("fails wrong values, broken code, missing functions and endless loops", () => {
    expect(score(double, "function double(x) { return x * x + 1; }")).toMatchObject({
      pass: false,
      reason: "case 0: got 5",
    });
    expect(score(double, "function double(x) {").pass).toBe(false);
    expect(score(double, "function other(x) { return x * 2; }").pass).toBe(false);
    expect(score(double, "function double(x) { for (;;) {} }").pass).toBe(false);
  });

  it("calls the last function when the task gave no name", () => {
    const tests = { kind: "code" as const, cases: double.tests.cases };
    expect(score({ tests }, "function two() { return 2; }\nfunction f(x) { return x * two(); }").pass).toBe(true);
  });

  it("tells NaN and undefined from null", () => {
    const tests = { kind: "code" as const, entry: "f", cases: [{ args: [], expected: null }] };
    expect(score({ tests }, "function f() { return NaN; }").pass).toBe(false);
    expect(score({ tests }, "function f() {}").pass).toBe(false);
    expect(score({ tests }, "function f() { return null; }").pass).toBe(true);
  });

  it("compares JSON without regard to the order of keys, and calls in their order", () => {
    expect(score({ tests: { kind: "json", expected: { a: 1, b: [2] } } }, '{"b": [2], "a": 1}').pass).toBe(true);
    const expected = [{ name: "f", arguments: { x: 1 } }];
    const answer = '<tool_call>\n{"name": "f", "arguments": {"x": 1}}\n</tool_call>';
    expect(parseCalls(answer)).toEqual(expected);
    expect(score({ tests: { kind: "calls", expected } }, answer).pass).toBe(true);
    expect(score({ tests: { kind: "calls", expected } }, `${answer}\n${answer}`).pass).toBe(false);
  });

  it("reads the last number of a sum and looks for words in a text", () => {
    expect(score({ tests: { kind: "number", expected: -7 } }, "3 - 10\nThe answer is -7.").pass).toBe(true);
    expect(score({ tests: { kind: "text", includes: ["palimpsest"] } }, "I am Palimpsest.").pass).toBe(true);
  });

  it("takes numbers as equal up to rounding", () => {
    expect(same(0.1 + 0.2, 0.3)).toBe(true);
    expect(same(-0, 0)).toBe(true);
    expect(same([1, { a: null }], [1, { a: null }])).toBe(true);
    expect(same([1], [1, 2])).toBe(false);
  });
});
