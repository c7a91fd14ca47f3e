import { expect, it } from "vitest";
import { paced } from "./pace.ts";

it("reads its source immediately, and yields every item in order", async () => {
  const read: number[] = [];
  async function* source() {
    for (const item of [1, 2, 3]) {
      read.push(item);
      yield item;
    }
  }
  const shown: number[] = [];
  for await (const item of paced(source(), () => 5)) {
    shown.push(item);
    if (item === 2) expect(read).toEqual([1, 2, 3]);
  }
  expect(shown).toEqual([1, 2, 3]);
});

it("throws its source's error after the items before it", async () => {
  async function* source() {
    yield 1;
    throw new Error("lost");
  }
  const shown: number[] = [];
  const reading = (async () => {
    for await (const item of paced(source(), () => 1)) shown.push(item);
  })();
  await expect(reading).rejects.toThrow("lost");
  expect(shown).toEqual([1]);
});
