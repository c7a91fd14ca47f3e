import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ExpertExchange, type RankLink, type RoutedRows } from "./exchange.ts";
import { ExpertBatcher } from "./expert-batcher.ts";
import { Lockstep } from "./lockstep.ts";

/** Rows of one value and one expert each. */
function rows(layer: number, ...values: number[]): RoutedRows {
  return {
    layer,
    hidden: Float32Array.from(values),
    experts: new BigInt64Array(values.length),
    weights: new Float32Array(values.length).fill(1),
  };
}

/** Experts that double a row, and remember what they were asked to run. */
function doubling(rank = 0, experts = 1): { ran: number[][]; link: RankLink } {
  const ran: number[][] = [];
  const link: RankLink = {
    rank,
    ready: true,
    async run({ layer, hidden, weights }) {
      ran.push([layer, ...hidden]);
      await sleep(1);
      if (hidden.includes(13)) throw new Error("thirteen");
      return {
        partial: Float32Array.from(hidden, (x, row) => experts * 2 * x * (weights[row] as number)),
        computeMs: 1,
      };
    },
    async [Symbol.asyncDispose]() {},
  };
  return { ran, link };
}

/** Two leaders in a round, and a rank that computes for both. */
async function together(patienceMs?: number) {
  const memory = Lockstep.memory();
  const [first, second] = [0, 1].map((rank) => new Lockstep(rank, memory)) as [Lockstep, Lockstep];
  await first.begin();
  await Promise.all([second.begin(), first.begin()]);
  const { ran, link } = doubling();
  const batcher = new ExpertBatcher(link, first, patienceMs);
  const ask = async (leader: number, routed: RoutedRows) => [...(await batcher.linkFor(leader).run(routed)).partial];
  return { first, second, ran, ask };
}

it("a layer is run once for the rows of all, in the order of their ranks; one may have none", async () => {
  const { ran, ask } = await together();
  const [second, first] = await Promise.all([ask(1, rows(1, 5)), ask(0, rows(1, 3, 4))]);
  expect([first, second]).toEqual([[6, 8], [10]]);
  expect(await Promise.all([ask(0, rows(2)), ask(1, rows(2, 7))])).toEqual([[], [14]]);
  expect(await Promise.all([ask(0, rows(3)), ask(1, rows(3))])).toEqual([[], []]);
  expect(ran).toEqual([
    [1, 3, 4, 5],
    [2, 7],
  ]);
});

it("a round does not wait for a leader that has left", async () => {
  const { second, ran, ask } = await together();
  const asked = ask(0, rows(1, 3));
  await sleep(5);
  expect(ran).toEqual([]);
  second.end();
  expect(await asked).toEqual([6]);
  expect(await ask(0, rows(2, 4))).toEqual([8]);
});

it("a leader in the round that sends no rows is skipped, once and for the round", async () => {
  const { first, ran, ask } = await together(30);
  expect(await ask(0, rows(1, 3))).toEqual([6]);
  expect(first.members).toEqual([0]);
  // It was only slow: it still gets its answer, with the next that asks.
  expect(await Promise.all([ask(1, rows(1, 5)), ask(0, rows(2, 4))])).toEqual([[10], [8]]);
  expect(ran).toEqual([
    [1, 3],
    [1, 5],
    [2, 4],
  ]);
});

it("a failing layer fails all leaders that sent rows to it, and no later layer", async () => {
  const { ask } = await together();
  const failed = await Promise.allSettled([ask(0, rows(1, 13)), ask(1, rows(1, 5))]);
  expect(failed).toMatchObject([{ reason: new Error("thirteen") }, { reason: new Error("thirteen") }]);
  expect(await Promise.all([ask(0, rows(2, 1)), ask(1, rows(2, 2))])).toEqual([[2], [4]]);
});

/** Of each rank's forwards: rows of each, and the expert that all its rows choose. */
const forwards = fc.array(
  fc.array(fc.record({ rows: fc.integer({ min: 1, max: 3 }), expert: fc.nat(2), late: fc.nat(3) }), { maxLength: 5 }),
  { minLength: 3, maxLength: 3 },
);

it("ranks that lead different numbers of forwards, with rows for some ranks only, all end with their own sums", async () => {
  const LAYERS = 3;
  await fc.assert(
    fc.asyncProperty(forwards, async (plans) => {
      const memory = Lockstep.memory();
      const locksteps = plans.map((_, rank) => new Lockstep(rank, memory));
      const shards = plans.map((_, rank) => doubling(rank, rank + 1));
      const batchers = shards.map(({ link }, rank) => new ExpertBatcher(link, locksteps[rank]!));
      const lead = async (rank: number): Promise<void> => {
        const links = batchers.filter((_, other) => other !== rank).map((batcher) => batcher.linkFor(rank));
        const holders = () => [[0], [1], [2]];
        const exchange = new ExpertExchange(rank, links, holders, { hiddenSize: 1, topK: 1, inStep: true });
        for (const { rows: count, expert, late } of plans[rank]!) {
          await sleep(late);
          await locksteps[rank]!.begin();
          for (let layer = 0; layer < LAYERS; layer++) {
            const hidden = Float32Array.from({ length: count }, (_, row) => 100 * rank + row + layer);
            const experts = new BigInt64Array(count).fill(BigInt(expert));
            const routed = { layer, hidden, experts, weights: new Float32Array(count).fill(1) };
            const pending = exchange.dispatch(routed);
            const own = await batchers[rank]!.linkFor(rank).run({ ...routed, weights: pending.ownWeights });
            const partials = await pending.combine(own.partial as Float32Array);
            const sums = Array.from(hidden, (_, row) =>
              [0, 1, 2].reduce((sum, r) => sum + partials[r * count + row]!, 0),
            );
            expect(sums).toEqual(Array.from(hidden, (x) => (expert + 1) * 2 * x));
          }
        }
        locksteps[rank]!.end();
      };
      await Promise.all(plans.map((_, rank) => lead(rank)));
    }),
    { numRuns: 30 },
  );
});
