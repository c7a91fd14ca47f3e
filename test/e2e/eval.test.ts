/** `palimpsest eval` on the shipped model, in process and through edge and worker. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SHIPPED_PACKAGE } from "../../tools/serve/launch.ts";
import { palimpsest } from "../support/programs/program.ts";
import { openSystem } from "../support/programs/system.ts";

let folder: string;
let suite: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "eval-"));
  suite = join(folder, "suite.jsonl");
  const ask = (content: string) => [{ role: "user", content }];
  const cases = [[3, 4], [5], [2]].map((list) => ({ args: [list], expected: list.filter((x) => x % 2) }));
  const tasks = [
    {
      id: "odd",
      family: "code",
      messages: ask("Write a function that returns the odd numbers of a list."),
      tests: { kind: "code", cases },
    },
    { id: "never", family: "text", messages: ask("Hello"), tests: { kind: "text", includes: ["\u0000"] } },
  ];
  await writeFile(suite, tasks.map((task) => `${JSON.stringify(task)}\n`).join(""));
});
afterAll(() => rm(folder, { recursive: true }));

const answers = async (name: string) =>
  (await readFile(join(folder, name, "answers.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

it("gives the same answers, verdicts and counts through the API as in process", async () => {
  const common = ["eval", "--suite", suite, "--mode", "speed", "--mode", "speed/off", "--max-tokens", "64"];
  const local = await palimpsest(...common, "--model", SHIPPED_PACKAGE, "--out", join(folder, "local"));
  expect(local).toMatchObject({ code: 0, stderr: "" });
  await using system = await openSystem();
  const remote = await palimpsest(...common, "--url", system.baseUrl, "--out", join(folder, "remote"));
  expect(remote).toMatchObject({ code: 0, stderr: "" });

  const comparable = (all: Record<string, unknown>[]) =>
    // A stream may drop drafts when they arrive fast; everything else is the same.
    all.map(({ seconds: _s, firstDraft: _f, confirmingForwards: _c, ...rest }) => rest);
  const own = await answers("local");
  expect(comparable(await answers("remote"))).toEqual(comparable(own));
  expect(own.map(({ id, mode, pass }) => [id, mode, pass])).toEqual([
    ["odd", "speed", true],
    ["never", "speed", false],
    ["odd", "speed/off", expect.any(Boolean)],
    ["never", "speed/off", false],
  ]);
  // In process, nothing is dropped.
  expect(own.map(({ firstDraft }) => typeof firstDraft?.text)).toEqual(own.map(() => "string"));
  expect(own.every(({ edits, mode }) => mode === "speed" || edits.substitute === 0)).toBe(true);
  expect(local.stdout).toMatch(/\| speed +\| all +\| 2 +\| 50\.0% /);
  const report = JSON.parse(await readFile(join(folder, "remote", "report.json"), "utf8"));
  expect(report.conditions).toContain(`at ${system.baseUrl}`);
  expect(report.figures).toHaveLength(6);
});

it("sweeps thresholds into a table and a plot", async () => {
  const out = join(folder, "sweep");
  const swept = await palimpsest(
    ...["eval", "--suite", suite, "--model", SHIPPED_PACKAGE, "--sweep", "--family", "text", "--max-tokens", "8"],
    ...["--out", out],
  );
  expect(swept).toMatchObject({ code: 0, stderr: "" });
  expect(swept.stdout.match(/^\| 0\.\d+\/(off|0\.5|0) /gm)).toHaveLength(24);
  expect((await readFile(join(out, "sweep.svg"), "utf8")).match(/<circle/g)).toHaveLength(24);
});

it("judges the answers of another program", async () => {
  const file = join(folder, "recorded.jsonl");
  const odd = {
    id: "odd",
    text: "const f = (list) => list.filter((x) => x % 2);",
    tokens: 20,
    forwards: 20,
    seconds: 4,
  };
  await writeFile(file, `${JSON.stringify(odd)}\n`);
  const judged = await palimpsest("eval", "--suite", suite, "--answers", file, "--family", "code");
  expect(judged.stdout).toMatch(/\| recorded \| code +\| 1 +\| 100\.0% .* unknown .* \| 1\.00 .* \| 5 +\|$/m);
  const missing = await palimpsest("eval", "--suite", suite, "--answers", file);
  expect(missing).toMatchObject({ code: 1, stderr: `error: ${file}: no answer for task never\n` });
});

it("rejects invalid arguments with a line that says what to do", async () => {
  const model = ["--model", SHIPPED_PACKAGE];
  const bad = join(folder, "bad.jsonl");
  await writeFile(bad, '{"a": 1}\n');
  for (const [args, code, message] of [
    [["--suite", bad, ...model], 1, `error: ${bad}:1: no form of a task has these keys`],
    [["--suite", suite, ...model, "--family", "none"], 1, "no family none; its families are code, text"],
    [["--suite", suite], 2, "--model, --url or --answers is needed"],
    [["--suite", suite, ...model, "--samples", "4"], 2, "--samples above 1 needs a --temperature"],
    [["--suite", suite, ...model, "--k", "2"], 2, "--k is at most --samples"],
    [["--suite", suite, ...model, "--mode", "fast"], 2, "It must be quality or speed, optionally with /off"],
    [["--suite", suite, "--url", "http://127.0.0.1:1"], 1, "error: http://127.0.0.1:1: "],
  ] as const) {
    const { code: actual, stderr } = await palimpsest("eval", ...args);
    expect({ actual, stderr }).toEqual({ actual: code, stderr: expect.stringContaining(message) });
  }
});
