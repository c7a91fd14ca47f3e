import { expect, it } from "vitest";
import { stoppedClock } from "../../../test/support/fakes/scripted-replicas.ts";
import { createMemoryStore } from "./memory-store.ts";

const KIB = 1024;
const text = (bytes: number) => "x".repeat(bytes / 2);

it("drops the oldest texts when it is full, and the first ones when they expire", async () => {
  let nowMs = 0;
  const clock = { ...stoppedClock, monotonic: () => nowMs };
  const store = createMemoryStore({ clock, ageMs: 1_000, maxBytes: 10 * KIB });
  for (const id of ["a", "b", "c"]) await store.create("", id, text(3 * KIB));
  await store.replace("", "a", text(4 * KIB));
  const held = async () =>
    (await Promise.all(["a", "b", "c", "d"].map((id) => store.read("", id)))).map((one) => one?.length);
  expect(await held()).toEqual([2 * KIB, 1.5 * KIB, 1.5 * KIB, undefined]);
  nowMs += 600;
  await store.create("", "d", text(3 * KIB));
  expect(await held()).toEqual([undefined, 1.5 * KIB, 1.5 * KIB, 1.5 * KIB]);
  nowMs += 600;
  expect(await held()).toEqual([undefined, undefined, undefined, 1.5 * KIB]);
});

it("replaces no text that was deleted, and shows no owner another's", async () => {
  const store = createMemoryStore({ clock: stoppedClock, ageMs: 1_000, maxBytes: KIB });
  await store.create("alice", "a", "one");
  expect(await store.read("bob", "a")).toBe(undefined);
  expect(await store.delete("bob", "a")).toBe(false);
  expect(await store.delete("alice", "a")).toBe(true);
  await store.replace("alice", "a", "two");
  expect(await store.read("alice", "a")).toBe(undefined);
});
