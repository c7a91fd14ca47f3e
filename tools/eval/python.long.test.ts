/** Runs answers in Python with the python3 on the PATH. `npm run check:long` runs this: npm does not install Python. */
import { describe, expect, it } from "vitest";
import { humanEval, mbpp, mbppPlus } from "../../test/support/fakes/published-tasks.ts";
import { isolatedPython } from "./isolated.ts";
import { score } from "./score.ts";
import { parseTask } from "./suite.ts";

const runner = { calls: () => ({ error: "no JavaScript here" }), python: isolatedPython };
const passes = async (line: object, answer: string): Promise<boolean> =>
  (await score(parseTask(JSON.stringify(line), "here:1"), answer, runner)).pass;

describe("isolated Python", () => {
  it("passes a program that runs to its end, and returns the last line of an exception", async () => {
    expect(await isolatedPython("def f(x):\n    return x + 1\nassert f(1) == 2")).toBeUndefined();
    expect(await isolatedPython("assert 1 == 2, 'unequal'")).toBe("AssertionError: unequal");
    expect(await isolatedPython("def f(:")).toContain("SyntaxError");
  });

  it("fails a program that exits before its tests, whatever it prints", async () => {
    expect(await isolatedPython("import os\nprint('ok')\nos._exit(0)\nassert False")).toContain("ended before");
    expect(await isolatedPython("raise SystemExit(0)")).toContain("ended before");
  });

  it("denies writing files and starting programs, and limits memory", async () => {
    expect(await isolatedPython("open('written', 'w').write('x' * 10000)")).toBeDefined();
    expect(await isolatedPython("x = bytearray(2**30)")).toContain("MemoryError");
    expect(await isolatedPython("import os\nassert 'HOME' not in os.environ")).toBeUndefined();
  });
});

describe("published suites", () => {
  it("HumanEval accepts a correct continuation and a correct whole function", async () => {
    expect(await passes(humanEval, humanEval.canonical_solution)).toBe(true);
    expect(await passes(humanEval, "```python\ndef area(r):\n    return math.pi * r ** 2\n```")).toBe(true);
    expect(await passes(humanEval, "    return math.pi * r\n")).toBe(false);
  });

  it("MBPP runs its setup, all asserts and the challenge asserts", async () => {
    expect(await passes(mbpp, mbpp.code)).toBe(true);
    expect(await passes(mbpp, "def double(x):\n    return abs(2 * x)")).toBe(false);
  });

  it("MBPP+ runs its script", async () => {
    expect(await passes(mbppPlus, mbppPlus.code)).toBe(true);
    expect(await passes(mbppPlus, "def half(x):\n    return x // 2")).toBe(false);
  });
});
