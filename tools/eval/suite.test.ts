import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PackageError } from "../../gpu-worker/src/errors.ts";
import { hasPython, isolatedPython } from "./isolated.ts";
import { score } from "./score.ts";
import { parseTask, readSuite } from "./suite.ts";

const runner = { calls: () => ({ error: "no JavaScript here" }), python: isolatedPython };
const withPython = await hasPython();

const humanEval = {
  task_id: "HumanEval/900",
  prompt: 'import math\n\ndef area(r):\n    """ The area of a circle.\n    >>> area(0)\n    0.0\n    """\n',
  entry_point: "area",
  canonical_solution: "    return math.pi * r * r\n",
  test: "def check(candidate):\n    assert candidate(0) == 0\n    assert abs(candidate(2) - 12.566) < 1e-3\n",
};
const mbpp = {
  task_id: 901,
  text: "Write a function that doubles a number.",
  code: "def double(x):\n    return 2 * x",
  test_list: ["assert double(2) == 4", "assert double(ZERO) == 0"],
  test_setup_code: "ZERO = 0",
  challenge_test_list: ["assert double(-1) == -2"],
};
const mbppPlus = {
  task_id: 902,
  prompt: "Write a function that halves a number.",
  code: "def half(x):\n    return x / 2",
  source_file: "x.py",
  test_imports: ["import math"],
  test_list: ["assert half(2) == 1"],
  test: "for x, y in [(2, 1), (9, 4.5)]:\n    assert math.isclose(half(x), y)",
};
const gsm8k = {
  question: "Ann has 3 boxes of 400 pens. How many pens?",
  answer: "3 * 400 = <<3*400=1200>>1200\n#### 1,200",
};

const passes = async (line: object, answer: string): Promise<boolean> =>
  (await score(parseTask(JSON.stringify(line), "here:1"), answer, runner)).pass;

describe(`published forms ${withPython ? "with" : "and without"} Python`, () => {
  it("HumanEval: the rest of the function, or the whole of it, decides", async () => {
    expect(parseTask(JSON.stringify(humanEval), "x:1")).toMatchObject({ id: "HumanEval/900", family: "humaneval" });
    if (!withPython) return;
    expect(await passes(humanEval, humanEval.canonical_solution)).toBe(true);
    expect(await passes(humanEval, "```python\ndef area(r):\n    return math.pi * r ** 2\n```")).toBe(true);
    expect(await passes(humanEval, "    return math.pi * r\n")).toBe(false);
  });

  it("MBPP: setup, all asserts and the challenging ones decide", async () => {
    expect(parseTask(JSON.stringify(mbpp), "x:1").messages[0]?.content).toContain("assert double(2) == 4");
    if (!withPython) return;
    expect(await passes(mbpp, mbpp.code)).toBe(true);
    expect(await passes(mbpp, "def double(x):\n    return abs(2 * x)")).toBe(false);
  });

  it("MBPP+: its script decides", async () => {
    expect(parseTask(JSON.stringify(mbppPlus), "x:1").messages[0]?.content).toContain("halves");
    if (!withPython) return;
    expect(await passes(mbppPlus, mbppPlus.code)).toBe(true);
    expect(await passes(mbppPlus, "def half(x):\n    return x // 2")).toBe(false);
  });

  it("GSM8K: the last number decides", async () => {
    expect(await passes(gsm8k, "3 boxes of 400 are 1,200 pens.")).toBe(true);
    expect(await passes(gsm8k, "1200 pens. No: 403.")).toBe(false);
  });
});

describe("a suite that cannot be used", () => {
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

  it("counts lines in its file, blank ones too", async () => {
    const good = await write("good.jsonl", `${JSON.stringify(own)}\n\n${JSON.stringify({ ...own, id: "b" })}\r\n`);
    expect((await readSuite(good)).map(({ id }) => id)).toEqual(["a", "b"]);
    const bad = await write("bad.jsonl", `${JSON.stringify(own)}\n\nnonsense\n`);
    await expect(readSuite(bad)).rejects.toThrow(`${bad}:3: not JSON`);
  });

  it("has each id once and is not empty", async () => {
    const twice = await write("twice.jsonl", `${JSON.stringify(own)}\n${JSON.stringify(own)}\n`);
    await expect(readSuite(twice)).rejects.toThrow(`${twice}:2: the id a is line 1's already`);
    await expect(readSuite(await write("empty.jsonl", "\n"))).rejects.toThrow("no task in it");
    await expect(readSuite(join(folder, "none.jsonl"))).rejects.toThrow("ENOENT");
  });
});
