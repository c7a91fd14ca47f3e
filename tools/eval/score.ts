/** Judges an answer against its task's tests. A Runner executes code; the verdict is made here. */
import { Script } from "node:vm";
import { z } from "zod";
import type { CallList, CallResults } from "./run-calls.ts";
import type { Call, Case, Json, Task, Tests } from "./task.ts";

/** Runs an answer's code: isolated.ts for a model's answers, run-calls.ts for our own references. */
export interface Runner {
  calls(list: CallList): Promise<CallResults> | CallResults;
  /** @returns the reason for a failure, or undefined */
  python(program: string): Promise<string | undefined>;
}

/** Pass, or failure with its first reason. */
export type Verdict = { pass: true } | { pass: false; reason: string };

const PASS: Verdict = { pass: true };

/** Scores one answer. Never throws. */
export async function score(task: Pick<Task, "tests">, answer: string, runner: Runner): Promise<Verdict> {
  const { tests } = task;
  switch (tests.kind) {
    case "code":
      return scoreCode(answer, tests.entry, tests.cases, runner);
    case "python": {
      const failure = await runner.python(pythonProgram(tests, answer));
      return failure === undefined ? PASS : fail(failure);
    }
    case "json": {
      const value = parseJson(stripFence(answer));
      if (value === undefined) return fail("not JSON");
      return same(value, tests.expected) ? PASS : fail("another JSON value");
    }
    case "calls":
      return same(parseCalls(answer) as unknown as Json, tests.expected as unknown as Json)
        ? PASS
        : fail("other tool calls");
    case "number": {
      const last = answer
        .replaceAll(/(?<=\d),(?=\d{3})/g, "")
        .match(/-?\d+(?:\.\d+)?/g)
        ?.at(-1);
      return last !== undefined && same(Number(last), tests.expected)
        ? PASS
        : fail(`last number is ${last ?? "missing"}`);
    }
    case "text": {
      const missing = tests.includes.find((part) => !answer.toLowerCase().includes(part.toLowerCase()));
      return missing === undefined ? PASS : fail(`does not say ${JSON.stringify(missing)}`);
    }
  }
}

/**
 * True if the answer has the requested form, right or wrong: JSON, or calls of offered tools with arguments that their
 * schemas accept. Undefined if the task requests neither, or its schema is one that zod cannot read. Never throws.
 */
export function valid({ tests, tools = [] }: Pick<Task, "tests" | "tools">, answer: string): boolean | undefined {
  if (tests.kind === "json") return parseJson(stripFence(answer)) !== undefined;
  if (tests.kind !== "calls") return undefined;
  const schemas = new Map(tools.map(({ function: { name, parameters } }) => [name, readSchema(parameters)]));
  if ([...schemas.values()].includes(undefined)) return undefined;
  const calls = parseCalls(answer) ?? [];
  return calls.length > 0 && calls.every((call) => schemas.get(call.name)?.safeParse(call.arguments).success === true);
}

/** An answer to a task that requests code: code that parses, a sentence that has none, or broken syntax. */
export type CodeForm = "parsed" | "declined" | "broken";

/** The form of an answer to a task with JavaScript tests, right or wrong; undefined for other tasks. Nothing is run. */
export function codeForm({ tests }: Pick<Task, "tests">, answer: string): CodeForm | undefined {
  if (tests.kind !== "code") return undefined;
  const code = stripFence(answer);
  if (parses(code)) return "parsed";
  return code.trim() !== "" && !SIGNS_OF_CODE.test(code) ? "declined" : "broken";
}

const SIGNS_OF_CODE = /[{}[\];=<>]|^\s*(?:function|const|let|return)\b/m;

function parses(code: string): boolean {
  try {
    return new Script(code) instanceof Script && /\S/.test(code);
  } catch {
    return false;
  }
}

function readSchema(schema: { [key: string]: Json }): z.ZodType | undefined {
  try {
    const readable = JSON.parse(JSON.stringify(schema), (_, value) => wideInteger(value));
    return z.fromJSONSchema(readable as Parameters<typeof z.fromJSONSchema>[0]);
  } catch {
    return undefined;
  }
}

/** zod's integers end at 2^53; those of JSON Schema do not. */
function wideInteger(value: unknown): unknown {
  const isInteger = (value as { type?: unknown } | null)?.type === "integer";
  return isInteger ? { multipleOf: 1, ...(value as object), type: "number" } : value;
}

/** The tool calls in an answer, in order; undefined if any call cannot be parsed. */
export function parseCalls(answer: string): Call[] | undefined {
  const calls: Call[] = [];
  for (const match of answer.matchAll(/<tool_call>\s*([\s\S]*?)\s*<\/tool_call>/g)) {
    const call = parseJson(match[1] ?? "");
    if (typeof call !== "object" || call === null || Array.isArray(call)) return undefined;
    if (typeof call.name !== "string" || typeof call.arguments !== "object") return undefined;
    calls.push(call as unknown as Call);
  }
  return calls;
}

async function scoreCode(
  answer: string,
  entryName: string | undefined,
  cases: readonly Case[],
  runner: Runner,
): Promise<Verdict> {
  const code = stripFence(answer);
  const last = entryName ?? lastFunction(code);
  const calls = cases.flatMap(({ entry = last, args }) => (entry === undefined ? [] : [{ entry, args }]));
  if (calls.length < cases.length) return fail("no function");
  const outcome = await runner.calls({ code, calls });
  if ("error" in outcome) return fail(outcome.error);
  const wrong = cases.findIndex((one, i) => !same(outcome.results[i] ?? null, one.expected));
  return wrong < 0 ? PASS : fail(`case ${wrong}: got ${JSON.stringify(outcome.results[wrong])}`);
}

/** Puts a whole function after the prompt's imports, and a continuation after the whole prompt. */
function pythonProgram(tests: Extract<Tests, { kind: "python" }>, answer: string): string {
  const code = stripFence(answer);
  const { before, after, entry, prompt = "" } = tests;
  const definition = entry === undefined ? undefined : `def ${entry}(`;
  const whole = definition === undefined || code.includes(definition);
  const lead = whole ? prompt.slice(0, Math.max(0, prompt.indexOf(definition ?? ""))) : prompt;
  return [before, lead + code, after].join("\n");
}

/** Deep equality of JSON values: key order is free, -0 is 0, numbers may differ beyond about ten digits. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === "number" && typeof b === "number")
    return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => same(item, b[i]));
  }
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

function lastFunction(code: string): string | undefined {
  const found = [...code.matchAll(/^(?:function\s+|const\s+)([A-Za-z_$][\w$]*)/gm)].at(-1);
  return found?.[1];
}

/** The inside of the first fenced block, or the whole text without one. */
function stripFence(text: string): string {
  return text.match(/```\w*\n([\s\S]*?)```/)?.[1] ?? text;
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function fail(reason: string): Verdict {
  return { pass: false, reason };
}
