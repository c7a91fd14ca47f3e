/** Runs an everyday task's own answer, which gives the expected values of its tests. These are our answers, never a model's. */
import vm from "node:vm";
import type { Random } from "../random.ts";
import type { Case, Json } from "../sample.ts";
import { type EverydayTask, writeAnswer } from "./task.ts";

const MOST_ALWAYS = 6;
const MOST_DRAWS = 60;

const compiled = new Map<string, (...args: Json[]) => Json>();

/** The task's `answers[shape]` as a function; it may change its arguments. */
export function referenceOf(task: EverydayTask, shape = 0): (...args: Json[]) => Json {
  const key = `${task.id}:${shape}`;
  const known = compiled.get(key);
  if (known) return known;
  const [name = "f"] = task.names;
  const code = writeAnswer(task.answers[shape] ?? "", { name, params: task.params.map(([first = "x"]) => first) });
  const run = vm.runInThisContext(`(() => {"use strict";\n${code}\nreturn ${name};\n})()`, { filename: task.id });
  compiled.set(key, run);
  return run;
}

/** 5 to 8 calls, the edges first; results differ wherever the drawn arguments let them. */
export function casesOf(task: EverydayTask, random: Random): Case[] {
  const run = referenceOf(task);
  const cases: Case[] = [];
  const add = (args: readonly Json[]): void => {
    if (cases.some((one) => same(one.args, args))) return;
    cases.push({ args: structuredClone([...args]), expected: run(...structuredClone([...args])) });
  };
  for (const args of (task.always ?? []).slice(0, MOST_ALWAYS)) add(args);
  const count = Math.max(random.int(5, 8), cases.length + 1);
  for (let draws = 0; draws < MOST_DRAWS && (cases.length < count || !differ(cases)); draws++) {
    if (cases.length >= count) cases.pop();
    add(task.args(random));
  }
  return cases;
}

function differ(cases: readonly Case[]): boolean {
  return cases.some(({ expected }) => !same(expected, cases[0]?.expected));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
