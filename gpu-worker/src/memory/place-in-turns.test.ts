import { expect, it } from "vitest";
import { placeInTurns } from "./place-in-turns.ts";

const waiting = ["a1", "a1", "a2", "a3", "b1", "b2", "c1"].map((responseId) => ({
  tenant: responseId[0]!,
  responseId,
}));

it("counts the responses that begin earlier when tenants are served in turn, each response once", () => {
  const order = ["b1", "a1", "c1", "b2", "a2", "a3"];
  expect(order.map((one) => placeInTurns(waiting, ["b", "a", "c"], one))).toEqual([0, 1, 2, 3, 4, 5]);
});

it("is the place in the line where there is one tenant, and none for a response that does not wait", () => {
  const line = waiting.map((one) => ({ ...one, tenant: "" }));
  expect(["a1", "b2", "c1"].map((one) => placeInTurns(line, [""], one))).toEqual([0, 4, 5]);
  expect(placeInTurns(waiting, ["a", "b", "c"], "d1")).toBeUndefined();
});
