import { expect, it } from "vitest";
import { grammarText } from "../../gpu-worker/src/grammar/grammar-source.ts";
import type { Answer, Round } from "./evaluate.ts";
import { parseMode } from "./modes.ts";
import { pairedTable } from "./paired.ts";
import type { Json, Task } from "./task.ts";
import { grammarParameters, schemaOf, taskGrammar } from "./task-grammar.ts";

const json = (expected: Json): Pick<Task, "tests"> => ({ tests: { kind: "json", expected } });

it("a value's schema has its names and types, in order, and none of its contents", () => {
  expect(schemaOf({ b: "x", a: [1, 2.5, 3], c: [], d: null })).toEqual({
    type: "object",
    properties: {
      b: { type: "string" },
      a: { type: "array", items: { anyOf: [{ type: "integer" }, { type: "number" }] } },
      c: { type: "array" },
      d: { type: "null" },
    },
    required: ["b", "a", "c", "d"],
    additionalProperties: false,
  });
});

it("a grammar is made of every schema, for the engine and for a server", () => {
  const task = json([{ name: "Ada", tags: [], ok: true }, { name: 1 }]);
  const grammar = taskGrammar(task);
  expect(grammar && grammarText(grammar).shortest).toBe("[]");
  expect(grammarParameters(task)).toMatchObject({ response_format: { json_schema: { strict: true } } });
  expect(taskGrammar({ tests: { kind: "number", expected: 3 } })).toBeUndefined();
  expect(grammarParameters({ tests: { kind: "number", expected: 3 } })).toEqual({});
});

it("calls are of the offered tools, and required where the task expects one", () => {
  const parameters = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
  const tools: Task["tools"] = [{ type: "function", function: { name: "add", description: "", parameters } }];
  const calls = (expected: { name: string; arguments: { [key: string]: Json } }[]) =>
    ({ tools, tests: { kind: "calls", expected } }) as const;
  const grammar = taskGrammar(calls([{ name: "add", arguments: { a: 1 } }]));
  expect(grammar && grammarText(grammar).shortest).toBe(
    '<tool_call>\n{"name": "add", "arguments": {"a": 0}}\n</tool_call>',
  );
  expect(grammarParameters(calls([{ name: "add", arguments: { a: 1 } }]))).toMatchObject({ tool_choice: "required" });
  expect(taskGrammar(calls([]))).toMatchObject({ answer: { kind: "text" } });
});

it("pairs the answers of a mode with and without a grammar by task", () => {
  const answer = (id: string, changes: Partial<Answer>) =>
    ({ id, sample: 0, kind: "json", valid: true, pass: true, forwards: 4, ...changes }) as Answer;
  const round = (name: string, answers: readonly Answer[]): Round => {
    return { mode: parseMode(name) as Round["mode"], answers, seconds: 1 };
  };
  const grammar = { repairs: 2, forced_tokens: 3, forced_finish: 1 };
  const free = round("speed", [answer("a", { valid: false, pass: false }), answer("b", { forwards: 6 })]);
  const constrained = round("speed/grammar", [
    answer("b", { grammar, pass: false }),
    answer("a", { grammar, forwards: 3 }),
  ]);
  expect(pairedTable([free])).toBeUndefined();
  expect(pairedTable([free, constrained])?.split("\n").at(-1)).toBe(
    "| speed | json | 2 | 1 | 2 | 1 | 1 | 1 | 1 | 5 | 3.5 | 5.00 | 3.50 | 6 | 4 | 2 |",
  );
});
