/**
 * Judges an answer against a task's hidden tests. Code runs in a node:vm context with a time limit: that stops endless
 * loops, it is no wall against hostile code. Run answers of unknown models in a process of their own.
 */
import vm from "node:vm";
import type { Call, Case, Json, Tests } from "./sample.ts";

/** Enough for every reference many times over; an answer that needs longer loops forever. */
const CODE_TIMEOUT_MS = 250;

/** Whether the answer passes, and the first reason why not. */
export type Verdict = { pass: true } | { pass: false; reason: string };

const PASS: Verdict = { pass: true };

/** Scores one answer; pure apart from the vm context that it makes and drops. Never throws. */
export function score(task: { tests: Tests }, answer: string): Verdict {
  const { tests } = task;
  switch (tests.kind) {
    case "code":
      return scoreCode(answer, tests.entry, tests.cases);
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
      const last = answer.match(/-?\d+(?:\.\d+)?/g)?.at(-1);
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

/** The tool calls in an answer, in order; a call that cannot be read makes the list undefined. */
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

function scoreCode(answer: string, asked: string | undefined, cases: readonly Case[]): Verdict {
  const code = stripFence(answer);
  const last = asked ?? lastFunction(code);
  const entries = cases.map((one) => one.entry ?? last);
  if (entries.includes(undefined)) return fail("no function");
  const context = vm.createContext({ inputs: JSON.stringify(cases.map((one) => one.args)) });
  // Results leave the context as one string, so no object of the answer's realm is touched out here.
  const call = `JSON.stringify([${entries.join(", ")}].map((entry, i) => entry(...JSON.parse(inputs)[i])), (key, value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value === undefined ? "undefined" : value)`;
  try {
    const printed: unknown = vm.runInContext(`"use strict";${code}\n;${call}`, context, { timeout: CODE_TIMEOUT_MS });
    const results = parseJson(String(printed));
    if (!Array.isArray(results)) return fail("no results");
    const wrong = cases.findIndex((one, i) => !same(results[i] ?? null, one.expected));
    return wrong < 0 ? PASS : fail(`case ${wrong}: got ${JSON.stringify(results[wrong])}`);
  } catch (error) {
    return fail(String(error).slice(0, 200));
  }
}

/** Deep equality of JSON values: key order is free, -0 is 0, numbers may differ in the last of about ten digits. */
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

/** The inside of the first fenced block, or the whole text when there is none. */
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
