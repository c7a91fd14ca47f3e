import { describe, expect, it } from "vitest";
import { createIsolatedRunner, hasPython, isolatedCalls, isolatedPython } from "./isolated.ts";
import type { CallResults } from "./run-calls.ts";

const returning = (code: string) => ({ code: `function f(x) { ${code} }`, calls: [{ entry: "f", args: [3] }] });
const run = async (code: string): Promise<CallResults | undefined> => (await isolatedCalls([returning(code)]))[0];

describe("isolated JavaScript", () => {
  it("returns the result of each call", async () => {
    const calls = [2, 0].map((x) => ({ entry: "double", args: [x] }));
    const list = { code: "const double = (x) => ({ twice: x * 2 });", calls };
    expect(await isolatedCalls([list])).toEqual([{ results: [{ twice: 4 }, { twice: 0 }] }]);
  });

  it("reports why there is no result, and continues with the next answer", async () => {
    const lists = ["for (;;) {}", "throw new Error('no')", "return x + 1"].map(returning);
    const [endless, thrown, good] = await isolatedCalls(lists);
    expect(endless).toEqual({ error: expect.stringContaining("timed out") });
    expect(thrown).toEqual({ error: "Error: no" });
    expect(good).toEqual({ results: [4] });
  });

  it("denies files, programs, network and environment, even to code made from strings", async () => {
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

  it("ends only the answer that exceeds its memory", async () => {
    const lists = ["const all = []; for (;;) all.push(new Array(1e6).fill(x))", "return x"].map(returning);
    const [greedy, modest] = await isolatedCalls(lists);
    expect(greedy).toEqual({ error: expect.stringMatching(/memory|timed out/) });
    expect(modest).toEqual({ results: [3] });
    expect(await run("return new Uint8Array(2 ** 30).length")).toEqual({
      error: expect.stringContaining("allocation"),
    });
  });

  it("judges many answers in parallel, each by its own result", async () => {
    const runner = createIsolatedRunner();
    const results = await Promise.all(Array.from({ length: 70 }, (_, i) => runner.calls(returning(`return x * ${i}`))));
    expect(results).toEqual(Array.from({ length: 70 }, (_, i) => ({ results: [3 * i] })));
  });
});

it("reports that Python is not installed", async () => {
  expect(await hasPython("no-such-python")).toBe(false);
  expect(await isolatedPython("pass", "no-such-python")).toContain("cannot run no-such-python");
});
