/** Reads a suite: JSONL in our own form, or in the published form of HumanEval, MBPP or GSM8K. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { describeIssues, PackageError } from "@palimpsest/gpu-worker/errors";
import type { z } from "zod";
import { PUBLISHED_FORMS } from "./published-forms.ts";
import { type Task, task as taskForm } from "./task.ts";

/** All tasks of a file, in its order. @throws PackageError naming file and line */
export async function readSuite(path: string): Promise<Task[]> {
  const tasks: Task[] = [];
  const lineOf = new Map<string, number>();
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === "") continue;
    const task = parseTask(line, `${path}:${number}`);
    const before = lineOf.get(task.id);
    if (before !== undefined)
      throw new PackageError(`${path}:${number}: the id ${task.id} is line ${before}'s already`);
    lineOf.set(task.id, number);
    tasks.push(task);
  }
  if (tasks.length === 0) throw new PackageError(`${path}: no task in it`);
  return tasks;
}

/** Parses a line as a task. @param where file and line, for messages @throws PackageError */
export function parseTask(line: string, where: string): Task {
  const value = parseObject(line, where);
  if ("tests" in value) return valid(taskForm, value, where, "a task");
  for (const { name, mark, schema, toTask } of PUBLISHED_FORMS) {
    if (mark.every((key) => key in value)) return toTask(valid(schema, value, where, name));
  }
  const known = PUBLISHED_FORMS.map(({ name, mark }) => `${name} (${mark.join(", ")})`).join(", ");
  throw new PackageError(`${where}: no form of a task has these keys; known are our own (tests), ${known}`);
}

/** Parses a line by a schema. @param what the name of the expected thing, for messages @throws PackageError */
export function parseLine<T>(schema: z.ZodType<T>, line: string, where: string, what: string): T {
  return valid(schema, parseObject(line, where), where, what);
}

function parseObject(line: string, where: string): object {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new PackageError(`${where}: not JSON (${(cause as Error).message})`);
  }
  if (typeof value !== "object" || value === null) throw new PackageError(`${where}: not a JSON object`);
  return value;
}

function valid<T>(schema: z.ZodType<T>, value: unknown, where: string, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new PackageError(`${where}: not ${what}: ${describeIssues(result.error)}`);
}
