/** A vitest reporter: a skipped test fails the run under CI, and the last line counts the results. */
import type { Reporter, TestModule } from "vitest/node";

export default class NoSkips implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const skipped = tests.filter((test) => test.result().state === "skipped" || test.result().state === "pending");
    console.log(`${count("passed")} passed, ${count("failed")} failed, ${skipped.length} skipped`);
    if (process.env.CI === undefined || skipped.length === 0) return;
    console.error("Under CI every test runs. Skipped:", ...skipped.map((test) => `\n  ${test.fullName}`));
    process.exitCode = 1;
  }
}
