import { expect, it } from "vitest";
import { exampleArguments, functionName, kindOf, payload } from "./result-view.ts";

it("finds what an answer is good for", () => {
  expect(kindOf(payload("Here:\n```json\n[1, 2]\n```"))).toBe("json");
  expect(kindOf('{"a": ')).toBeUndefined();
  expect(kindOf("<!doctype html><p>x</p>")).toBe("html");
  expect(kindOf("I cannot do that.")).toBeUndefined();
  expect(functionName("function a() {}\nfunction b(x) { return a(x); }")).toBe("b");
  expect(functionName("export const twice = (x) => 2 * x;")).toBeUndefined();
  expect(functionName("const twice = (x) => 2 * x;")).toBe("twice");
});

it("calls a function with values that its parameters are named for", () => {
  expect(exampleArguments("function vowels(s) { return f(s); }", "vowels")).toBe('"never odd or even"');
  expect(exampleArguments("const top = (list, n = 3) => list.slice(n);", "top")).toBe("[3, 1, 2, 5, 4], 12");
  expect(exampleArguments("function now() { return 0; }", "now")).toBe("");
});
