import { expect, it, vi } from "vitest";
import type { RankAnswer, RankLink, RoutedRows } from "./exchange.ts";
import { openReconnectingLink } from "./reconnecting-link.ts";

const rows: RoutedRows = {
  layer: 3,
  hidden: new Float32Array(2),
  experts: new BigInt64Array(1),
  weights: new Float32Array(1),
};

/** Ranks that come one after the other, each answering as `runs` says. */
function comingAndGoing(...runs: (() => Promise<RankAnswer>)[]) {
  const closed: number[] = [];
  let opened = 0;
  const open = async (): Promise<RankLink> => {
    const run = runs[opened];
    const id = opened++;
    if (run === undefined) throw new Error("nobody there");
    return {
      rank: 1,
      ready: true,
      run,
      async [Symbol.asyncDispose]() {
        closed.push(id);
      },
    };
  };
  return { open, closed, opened: () => opened };
}

const answer = (value: number) => async () => ({ partial: Float32Array.of(value, value), computeMs: 0 });
const dies = async () => {
  throw new Error("its thread exited with code 1");
};
const hangs = () => new Promise<RankAnswer>(() => {});

it("a rank that dies fails what runs with the reason, and is opened again", async () => {
  const ranks = comingAndGoing(dies, answer(7));
  await using link = await openReconnectingLink({ rank: 1, open: ranks.open });
  await expect(link.run(rows)).rejects.toMatchObject({
    code: "unavailable",
    message: "rank 1 is unreachable: its thread exited with code 1; try again",
  });
  await vi.waitUntil(() => link.ready);
  expect((await link.run(rows)).partial).toEqual(Float32Array.of(7, 7));
  expect(ranks.closed).toEqual([0]);
});

it("a rank that hangs fails at the deadline, and no later call waits for it while it is away", async () => {
  const ranks = comingAndGoing(hangs);
  await using link = await openReconnectingLink({ rank: 1, open: ranks.open, deadlineMs: 30 });
  await expect(link.run(rows)).rejects.toThrow("rank 1 is unreachable: no answer for layer 3 within 30 ms");
  expect(link.ready).toBe(false);
  await expect(link.run(rows)).rejects.toMatchObject({ code: "unavailable", message: /reconnecting/ });
  expect(ranks.closed).toEqual([0]);
});

it("a rank that crashes while idle is reopened before the next call", async () => {
  const { promise: lost, resolve } = Promise.withResolvers<Error>();
  const ranks = comingAndGoing(dies, answer(7));
  const open = async () => ({
    ...(await ranks.open()),
    lost: ranks.opened() === 1 ? lost : new Promise<Error>(() => {}),
  });
  await using link = await openReconnectingLink({ rank: 1, open });
  resolve(new Error("its stream broke"));
  await vi.waitUntil(() => link.ready && ranks.opened() === 2);
  expect((await link.run(rows)).partial).toEqual(Float32Array.of(7, 7));
  expect(ranks.closed).toEqual([0]);
});

it("several calls that fail together open the rank once", async () => {
  const ranks = comingAndGoing(dies, answer(1));
  await using link = await openReconnectingLink({ rank: 1, open: ranks.open });
  await Promise.allSettled([link.run(rows), link.run(rows), link.run(rows)]);
  await vi.waitUntil(() => link.ready);
  expect(ranks.opened()).toBe(2);
});

it("a closed link stops trying to reach its rank", async () => {
  const ranks = comingAndGoing(dies);
  const link = await openReconnectingLink({ rank: 1, open: ranks.open });
  await expect(link.run(rows)).rejects.toThrow("unreachable");
  await link[Symbol.asyncDispose]();
  const tried = ranks.opened();
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(ranks.opened()).toBe(tried);
});
