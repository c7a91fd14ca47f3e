import { describe, expect, it } from "vitest";
import { createIsolatedRunner, hasPython, isolatedCalls, isolatedPython } from "./isolated.ts";
import type { CallResults } from "./run-calls.ts";

const withPython = await hasPython();
const returning = (code: string) => ({ code: `function f(x) { ${code} }`, calls: [{ entry: "f", args: [3] }] });
const run = async (code: string): Promise<CallResults | undefined> => (await isolatedCalls([returning(code)]))[0];

describe("isolated JavaScript", () => {
  it("gives what each call returned", async () => {
    const calls = [2, 0].map((x) => ({ entry: "double", args: [x] }));
    const list = { code: "const double = (x) => ({ twice: x * 2 });", calls };
    expect(await isolatedCalls([list])).toEqual([{ results: [{ twice: 4 }, { twice: 0 }] }]);
  });

  it("says why there is no result, and goes on with the next answer", async () => {
    const lists = ["for (;;) {}", "throw new Error('no')", "return x + 1"].map(returning);
    const [endless, thrown, good] = await isolatedCalls(lists);
    expect(endless).toEqual({ error: expect.stringContaining("timed out") });
    expect(thrown).toEqual({ error: "Error: no" });
    expect(good).toEqual({ results: [4] });
  });

  it("has no files, programs, network or environment, not even by making code of strings", async () => {
    const names = ["process", "require", "fetch", "Buffer", "WebSocket"];
    expect(await run(`return [${names.map((name) => `typeof ${name}`)}]`)).toEqual({
      results: [names.map(() => "undefined")],
    });
    expect(await run("return this?.constructor ?? (() => {}).constructor('return process')()")).toEqual({
      error: expect.stringContaining("EvalError"),
    });
    expect(await run("return import('node:fs')")).not.toEqual({
      results: [expect.objectContaining({ readFileSync: 1 })],
    });
  });

  it("ends an answer that takes too much memory, and no other", async () => {
    const lists = ["const all = []; for (;;) all.push(new Array(1e6).fill(x))", "return x"].map(returning);
    const [greedy, modest] = await isolatedCalls(lists);
    expect(greedy).toEqual({ error: expect.stringMatching(/memory|timed out/) });
    expect(modest).toEqual({ results: [3] });
    expect(await run("return new Uint8Array(2 ** 30).length")).toEqual({
      error: expect.stringContaining("allocation"),
    });
  });

  it("judges many answers at once, each by its own", async () => {
    const runner = createIsolatedRunner();
    const results = await Promise.all(Array.from({ length: 70 }, (_, i) => runner.calls(returning(`return x * ${i}`))));
    expect(results).toEqual(Array.from({ length: 70 }, (_, i) => ({ results: [3 * i] })));
  });
});

describe(`isolated Python ${withPython ? "where it is" : "is left out where there is none"}`, () => {
  it("passes a program that runs to its end, and gives the last line of what it raised", async () => {
    if (!withPython) return;
    expect(await isolatedPython("def f(x):\n    return x + 1\nassert f(1) == 2")).toBeUndefined();
    expect(await isolatedPython("assert 1 == 2, 'unequal'")).toBe("AssertionError: unequal");
    expect(await isolatedPython("def f(:")).toContain("SyntaxError");
  });

  it("fails a program that leaves before its tests, whatever it prints", async () => {
    if (!withPython) return;
    expect(await isolatedPython("import os\nprint('ok')\nos._exit(0)\nassert False")).toContain("ended before");
    expect(await isolatedPython("raise SystemExit(0)")).toContain("ended before");
  });

  it("writes no files, starts no programs and takes no more memory than it may", async () => {
    if (!withPython) return;
    expect(await isolatedPython("open('written', 'w').write('x' * 10000)")).toBeDefined();
    expect(await isolatedPython("x = bytearray(2**30)")).toContain("MemoryError");
    expect(await isolatedPython("import os\nassert 'HOME' not in os.environ")).toBeUndefined();
  });

  it("says so when there is no Python", async () => {
    expect(await hasPython("no-such-python")).toBe(false);
    expect(await isolatedPython("pass", "no-such-python")).toContain("cannot run no-such-python");
  });
});
