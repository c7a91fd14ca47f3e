import { describe, expect, it } from "vitest";
import { runCalls } from "./run-calls.ts";
import { codeForm, parseCalls, same, score as scoreWith, valid } from "./score.ts";
import type { Task } from "./task.ts";

const score = (task: Pick<Task, "tests">, answer: string) =>
  scoreWith(task, answer, { calls: (list) => runCalls(list, 250), python: async (program) => program });

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
  it("passes code that returns the expected values, fenced or not", async () => {
    expect((await score(double, "const double = (x) => x * 2;")).pass).toBe(true);
    expect((await score(double, "Here:\n```js\nfunction double(x) { return x + x; }\n```")).pass).toBe(true);
  });

  it("fails wrong values, broken code, missing functions and endless loops", async () => {
    expect(await score(double, "function double(x) { return x * x + 1; }")).toMatchObject({
      pass: false,
      reason: "case 0: got 5",
    });
    expect((await score(double, "function double(x) {")).pass).toBe(false);
    expect((await score(double, "function other(x) { return x * 2; }")).pass).toBe(false);
    expect((await score(double, "function double(x) { for (;;) {} }")).pass).toBe(false);
  });

  it("calls the last function if the task names none", async () => {
    const tests = { kind: "code" as const, cases: double.tests.cases };
    expect((await score({ tests }, "function two() { return 2; }\nfunction f(x) { return x * two(); }")).pass).toBe(
      true,
    );
  });

  it("distinguishes NaN and undefined from null", async () => {
    const tests = { kind: "code" as const, entry: "f", cases: [{ args: [], expected: null }] };
    expect((await score({ tests }, "function f() { return NaN; }")).pass).toBe(false);
    expect((await score({ tests }, "function f() {}")).pass).toBe(false);
    expect((await score({ tests }, "function f() { return null; }")).pass).toBe(true);
  });

  it("ignores the order of keys in JSON and respects the order of calls", async () => {
    expect((await score({ tests: { kind: "json", expected: { a: 1, b: [2] } } }, '{"b": [2], "a": 1}')).pass).toBe(
      true,
    );
    const expected = [{ name: "f", arguments: { x: 1 } }];
    const answer = '<tool_call>\n{"name": "f", "arguments": {"x": 1}}\n</tool_call>';
    expect(parseCalls(answer)).toEqual(expected);
    expect((await score({ tests: { kind: "calls", expected } }, answer)).pass).toBe(true);
    expect((await score({ tests: { kind: "calls", expected } }, `${answer}\n${answer}`)).pass).toBe(false);
  });

  it("distinguishes a wrong answer from an answer without the requested form", () => {
    const json = { tests: { kind: "json" as const, expected: 1 } };
    expect(valid(json, "```json\n2\n```")).toBe(true);
    expect(valid(json, '{"a": }')).toBe(false);
    const parameters = { type: "object", properties: { x: { type: "integer" } }, required: ["x"] };
    const calls = {
      tests: { kind: "calls" as const, expected: [] },
      tools: [{ type: "function" as const, function: { name: "f", description: "", parameters } }],
    };
    const call = (text: string) => `<tool_call>\n${text}\n</tool_call>`;
    expect(valid(calls, call('{"name": "f", "arguments": {"x": 3}}'))).toBe(true);
    expect(valid(calls, call('{"name": "f", "arguments": {"x": -947749922990777777}}'))).toBe(true);
    expect(valid(calls, call('{"name": "f", "arguments": {"x": 0.5}}'))).toBe(false);
    expect(valid(calls, call('{"name": "f", "arguments": {"x": "3"}}'))).toBe(false);
    expect(valid(calls, call('{"name": "f", "arguments": {}}'))).toBe(false);
    expect(valid(calls, call('{"name": "g", "arguments": {"x": 3}}'))).toBe(false);
    expect(valid(calls, "no call")).toBe(false);
    expect(valid(double, "anything")).toBeUndefined();
    const [tool] = calls.tools;
    const strange = { ...tool!, function: { ...tool!.function, parameters: { $ref: "http://elsewhere/schema" } } };
    expect(valid({ ...calls, tools: [strange] }, call('{"name": "f", "arguments": {"x": 3}}'))).toBeUndefined();
  });

  it("reads the last number of a sum, and finds words in a text", async () => {
    expect((await score({ tests: { kind: "number", expected: -7 } }, "3 - 10\nThe answer is -7.")).pass).toBe(true);
    expect((await score({ tests: { kind: "number", expected: 1200 } }, "so 1,200 in all")).pass).toBe(true);
    expect((await score({ tests: { kind: "text", includes: ["palimpsest"] } }, "I am Palimpsest.")).pass).toBe(true);
  });

  it("puts a Python answer after the prompt, or after its imports if it is the whole function", async () => {
    const prompt = "from typing import List\n\ndef add(a, b):\n";
    const tests = { kind: "python", before: "import math", after: "check(add)", entry: "add", prompt } as const;
    const program = async (answer: string) => (await score({ tests }, answer)) as { reason: string };
    expect((await program("    return a + b")).reason).toBe(`import math\n${prompt}    return a + b\ncheck(add)`);
    expect((await program("Sure:\n```python\ndef add(a, b):\n    return a + b\n```")).reason).toBe(
      "import math\nfrom typing import List\n\ndef add(a, b):\n    return a + b\n\ncheck(add)",
    );
  });

  it("accepts numbers that are equal up to rounding", () => {
    expect(same(0.1 + 0.2, 0.3)).toBe(true);
    expect(same(-0, 0)).toBe(true);
    expect(same([1, { a: null }], [1, { a: null }])).toBe(true);
    expect(same([1], [1, 2])).toBe(false);
  });
});

describe("codeForm", () => {
  it.each([
    ["parsed", "function f(x) { return x; }"],
    ["parsed", "Here:\n```js\nconst f = (x) => x;\n```\nDone."],
    ["declined", "I can only write short JavaScript functions, JSON and tool calls."],
    ["declined", "这超出了我的训练范围。我只会写简短的 JavaScript 函数、JSON 和工具调用。"],
    ["broken", "function f(x) { return x;"],
    ["broken", "function f(x) return x"],
    ["broken", "I write: function f(x) { return x"],
    ["broken", ""],
  ])("%s: %j", (form, answer) => {
    expect(codeForm(double, answer)).toBe(form);
  });

  it("is unknown where no JavaScript is requested", () => {
    expect(codeForm({ tests: { kind: "json", expected: 1 } }, "{")).toBeUndefined();
  });
});
