import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOrderOfCalls, toolResultFaults } from "./tool-results.ts";

const user = { role: "user" };
const asks = (...ids: string[]) => ({ role: "assistant", tool_calls: ids.map((id) => ({ id })) });
const result = (tool_call_id: string) => ({ role: "tool", tool_call_id });

describe("results of tools", () => {
  it("are put in the order of their calls, turn by turn", () => {
    const messages = [
      user,
      asks("a", "b", "c"),
      result("c"),
      result("a"),
      result("b"),
      asks("d", "a"),
      result("a"),
      result("d"),
    ];
    expect(inOrderOfCalls(messages)).toEqual([
      ...[user, asks("a", "b", "c"), result("a"), result("b"), result("c")],
      ...[asks("d", "a"), result("d"), result("a")],
    ]);
    expect([...toolResultFaults(messages)]).toEqual([]);
  });

  it("may come in any order and give the same conversation", () => {
    const ids = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 6 });
    const shuffled = ids.chain((calls) =>
      fc.shuffledSubarray(calls, { minLength: calls.length }).map((results) => ({ calls, results })),
    );
    fc.assert(
      fc.property(shuffled, ({ calls, results }) => {
        const said = (order: string[]) => [user, asks(...calls), ...order.map(result), user];
        expect([...toolResultFaults(said(results))]).toEqual([]);
        expect(inOrderOfCalls(said(results))).toEqual(said(calls));
      }),
    );
  });

  it.each([
    ["an unknown id", [user, asks("a"), result("b")], [2, "tool_call_id"], /"b" matches no tool call .* "a"/],
    ["a double result", [asks("a"), result("a"), result("a")], [2, "tool_call_id"], /"a" has a result already/],
    ["a double call", [asks("a", "a"), result("a")], [0, "tool_calls", 1, "id"], /"a" is the id of an earlier call/],
    ["a call without a result", [user, asks("a", "b"), result("a"), user], [1, "tool_calls", 1], /"b" has no result/],
    ["a last message with calls", [user, asks("a")], [1, "tool_calls", 0], /"a" has no result/],
    ["a result without a call", [user, result("a")], [1, "tool_call_id"], /"a" matches no tool call/],
    [
      "a result that comes too late",
      [asks("a"), result("a"), user, result("a")],
      [3, "tool_call_id"],
      /matches no tool call/,
    ],
  ])("with %s are refused where they stand", (_, messages, path, message) => {
    const [first] = toolResultFaults(messages);
    expect(first).toEqual({ path, message: expect.stringMatching(message) });
  });
});
