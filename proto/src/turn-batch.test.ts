import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { TurnBatch } from "./turn-batch.ts";

it("items of one turn leave together, in messages of limited size", async () => {
  const sent: number[][] = [];
  const batch = new TurnBatch<number>(3, (items) => sent.push(items) > 0);
  for (let i = 0; i < 4; i++) batch.push(i);
  await setImmediate();
  batch.push(4);
  batch.flush();
  await setImmediate();
  expect(sent).toEqual([[0, 1, 2], [3], [4]]);
});

it("says when the receiver is slower, and when there is room again", async () => {
  const batch = new TurnBatch<number>(1, () => false);
  const room = batch.push(1);
  let isThereRoom = false;
  void room?.then(() => {
    isThereRoom = true;
  });
  await setImmediate();
  expect(isThereRoom).toBe(false);
  batch.resume();
  await room;
  expect(isThereRoom).toBe(true);
});
