import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { Lockstep } from "./lockstep.ts";

function ranks(count: number, deadlineMs?: number): Lockstep[] {
  const memory = Lockstep.memory();
  return Array.from({ length: count }, (_, rank) => new Lockstep(rank, memory, deadlineMs));
}

it("forwards of one round begin together, and none while one of another round runs", async () => {
  const forwards = fc.array(fc.array(fc.nat(3), { maxLength: 6 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(forwards, async (takingMs) => {
      const running = new Set<number>();
      await Promise.all(
        ranks(takingMs.length).map(async (lockstep, rank) => {
          for (const ms of takingMs[rank]!) {
            await lockstep.begin();
            running.add(rank);
            expect([...running].filter((other) => !lockstep.members.includes(other))).toEqual([]);
            await sleep(ms);
            running.delete(rank);
          }
          lockstep.end();
        }),
      );
    }),
    { numRuns: 30 },
  );
});

it("a member that joins during a round takes part in the next", async () => {
  const [first, second] = ranks(2) as [Lockstep, Lockstep];
  await first.begin();
  expect(first.members).toEqual([0]);
  const joined = second.begin();
  expect(second.members).toEqual([0]);
  await Promise.all([first.begin(), joined]);
  expect(first.members).toEqual([0, 1]);
  first.end();
  expect(second.members).toEqual([1]);
});

it("a rank that stops in the middle of a round is waited for while the round goes on, and until the deadline", async () => {
  const [stopped, busy, waiting] = ranks(3, 40) as [Lockstep, Lockstep, Lockstep];
  await stopped.begin();
  let began = false;
  const begin = waiting.begin().then(() => {
    began = true;
  });
  for (const endMs = performance.now() + 150; performance.now() < endMs; await setImmediate()) busy.advance();
  expect(began).toBe(false);
  await begin;
  expect(waiting.members).toEqual([2]);
  // It wakes up: what it does now is no part of the round, and the next one is its own again.
  const back = stopped.begin();
  waiting.end();
  await back;
  expect(stopped.members).toEqual([0]);
});

it("a watcher sees each change", async () => {
  const [one, other] = ranks(2) as [Lockstep, Lockstep];
  const heard = vi.fn();
  void one.changed().then(heard);
  await sleep(5);
  expect(heard).not.toHaveBeenCalled();
  await other.begin();
  await vi.waitUntil(() => heard.mock.calls.length > 0);
});
