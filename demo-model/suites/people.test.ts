/**
 * The `people` suite: 150 prompts written by hand before the training data, never used for training or for choosing a
 * model.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCalls } from "../../tools/eval/run-calls.ts";
import { score } from "../../tools/eval/score.ts";
import { readSuite } from "../../tools/eval/suite.ts";

const tasks = await readSuite(join(import.meta.dirname, "people.jsonl"));
const references: Record<string, string> = JSON.parse(
  readFileSync(join(import.meta.dirname, "people-references.json"), "utf8"),
);

it("has 100 everyday tasks and 50 others", () => {
  const count = (family: string) => tasks.filter((task) => task.family === family).length;
  expect([count("people-everyday"), count("people-other")]).toEqual([100, 50]);
});

it.each(tasks)("$id is answered by its reference", async (task) => {
  const runner = {
    calls: (list: Parameters<typeof runCalls>[0]) => runCalls(list, 1000),
    python: async () => "no Python",
  };
  expect(await score(task, references[task.id]!, runner)).toEqual({ pass: true });
});
