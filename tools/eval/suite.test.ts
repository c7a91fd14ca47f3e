import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PackageError } from "../../gpu-worker/src/errors.ts";
import { humanEval, mbpp, mbppPlus } from "../../test/support/fakes/published-tasks.ts";
import { score } from "./score.ts";
import { parseTask, readSuite } from "./suite.ts";

const noCode = async () => {
  throw new Error("a number needs no code");
};
const runner = { calls: noCode, python: noCode };

const gsm8k = {
  question: "Ann has 3 boxes of 400 pens. How many pens?",
  answer: "3 * 400 = <<3*400=1200>>1200\n#### 1,200",
};

const passes = async (line: object, answer: string): Promise<boolean> =>
  (await score(parseTask(JSON.stringify(line), "here:1"), answer, runner)).pass;

describe("published forms", () => {
  it.each([
    ["HumanEval", humanEval, { id: "HumanEval/900", family: "humaneval" }, "def area(r):"],
    ["MBPP", mbpp, {}, "assert double(2) == 4"],
    ["MBPP+", mbppPlus, {}, "halves"],
  ])("%s becomes a task whose message holds what the suite asks", (_, line, task, content) => {
    const parsed = parseTask(JSON.stringify(line), "x:1");
    expect(parsed).toMatchObject(task);
    expect(parsed.messages[0]?.content).toContain(content);
  });

  it("GSM8K is judged by the last number", async () => {
    expect(await passes(gsm8k, "3 boxes of 400 are 1,200 pens.")).toBe(true);
    expect(await passes(gsm8k, "1200 pens. No: 403.")).toBe(false);
  });
});

describe("an unusable suite", () => {
  const own = {
    id: "a",
    family: "f",
    messages: [{ role: "user", content: "?" }],
    tests: { kind: "number", expected: 1 },
  };
  it.each([
    ["no JSON", "{", /x:1: not JSON/],
    [
      "no form",
      '{"a": 1}',
      /x:1: no form of a task .* our own \(tests\), HumanEval \(entry_point, canonical_solution\)/,
    ],
    ["another kind of test", JSON.stringify({ ...own, tests: { kind: "feeling" } }), /x:1: not a task: tests\.kind/],
    ["no message", JSON.stringify({ ...own, messages: [] }), /x:1: not a task: messages/],
    [
      "HumanEval+ as inputs",
      JSON.stringify({ ...humanEval, test: undefined, base_input: [] }),
      /x:1: not HumanEval: test: missing.*evalplus\/humanevalplus/,
    ],
    [
      "GSM8K without an answer",
      JSON.stringify({ ...gsm8k, answer: "many" }),
      /x:1: not GSM8K: answer: does not end with ####/,
    ],
    ["MBPP without a text", JSON.stringify({ ...mbpp, text: undefined }), /x:1: not MBPP: .*neither text nor prompt/],
  ])("%s: says so with file and line", (_, line, message) => {
    expect(() => parseTask(line, "x:1")).toThrow(message);
    expect(() => parseTask(line, "x:1")).toThrow(PackageError);
  });

  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "suite-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };

  it("counts lines in its file, blank lines included", async () => {
    const good = await write("good.jsonl", `${JSON.stringify(own)}\n\n${JSON.stringify({ ...own, id: "b" })}\r\n`);
    expect((await readSuite(good)).map(({ id }) => id)).toEqual(["a", "b"]);
    const bad = await write("bad.jsonl", `${JSON.stringify(own)}\n\nnonsense\n`);
    await expect(readSuite(bad)).rejects.toThrow(`${bad}:3: not JSON`);
  });

  it("has unique ids and at least one task", async () => {
    const twice = await write("twice.jsonl", `${JSON.stringify(own)}\n${JSON.stringify(own)}\n`);
    await expect(readSuite(twice)).rejects.toThrow(`${twice}:2: the id a is line 1's already`);
    await expect(readSuite(await write("empty.jsonl", "\n"))).rejects.toThrow("no task in it");
    await expect(readSuite(join(folder, "none.jsonl"))).rejects.toThrow("ENOENT");
  });
});
