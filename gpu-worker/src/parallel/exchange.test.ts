import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ExpertExchange, type RankLink, type RoutedRows } from "./exchange.ts";

const EXPERTS = 6;
const RANKS = 3;
const sizes = { hiddenSize: 2, topK: 2 };

/** Which ranks hold each expert, rows of two experts each, and how long each rank takes. */
const cases = fc.record({
  holders: fc.array(fc.uniqueArray(fc.nat(RANKS - 1), { minLength: 1, maxLength: RANKS }), {
    minLength: EXPERTS,
    maxLength: EXPERTS,
  }),
  own: fc.nat(RANKS - 1),
  rows: fc.array(fc.uniqueArray(fc.nat(EXPERTS - 1), { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 8 }),
  delays: fc.array(fc.nat(3), { minLength: RANKS, maxLength: RANKS }),
});

function routed(rows: readonly number[][]): RoutedRows {
  return {
    layer: 1,
    hidden: Float32Array.from({ length: rows.length * 2 }, (_, i) => i + 1),
    experts: BigInt64Array.from(rows.flat(), BigInt),
    weights: new Float32Array(rows.length * 2).fill(1),
  };
}

/** Expert e multiplies a row by e + 1; weights decide which of its experts a rank runs. Small whole numbers: exact in f32. */
function partialOf({ hidden, experts, weights }: RoutedRows): Float32Array {
  return Float32Array.from(hidden, (x, i) => {
    const row = Math.trunc(i / 2);
    return [0, 1].reduce((sum, k) => {
      const choice = row * 2 + k;
      return sum + (weights[choice] as number) * x * (Number(experts[choice]) + 1);
    }, 0);
  });
}

/** All ranks' partial sums [R][T * H], after every rank but the one whose rows they are has checked what it was sent. */
async function exchange(
  own: number,
  holders: number[][],
  rows: number[][],
  delays: readonly number[],
): Promise<number[][]> {
  const others = Array.from({ length: RANKS }, (_, rank) => rank).filter((rank) => rank !== own);
  const links = others.map(
    (rank): RankLink => ({
      rank,
      ready: true,
      async run(sent) {
        for (let row = 0; row < sent.experts.length; row += 2) {
          const own = [row, row + 1].filter((choice) => sent.weights[choice] !== 0);
          expect(own.length, "only rows that the rank has a part in").toBeGreaterThan(0);
          for (const choice of own) expect(holders[Number(sent.experts[choice])]).toContain(rank);
        }
        await sleep(delays[rank]);
        return { partial: partialOf(sent), computeMs: 0 };
      },
      async [Symbol.asyncDispose]() {},
    }),
  );
  const input = routed(rows);
  const pending = new ExpertExchange(own, links, () => holders, sizes).dispatch(input);
  const combined = await pending.combine(partialOf({ ...input, weights: pending.ownWeights }));
  return Array.from({ length: RANKS }, (_, rank) =>
    [...combined.subarray(rank * rows.length * 2)].slice(0, rows.length * 2),
  );
}

it("every choice is computed once, by a rank that holds its expert, and the order of answers does not change the sums", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ own, holders, rows, delays }) => {
      const sums = await exchange(own, holders, rows, delays);
      const total = sums[0]!.map((_, i) => sums.reduce((sum, rank) => sum + rank[i]!, 0));
      expect(total).toEqual([...partialOf(routed(rows))]);
    }),
    { numRuns: 60 },
  );
});

it("which replica computes a row does not depend on the rows beside it", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ own, holders, rows }) => {
      const together = await exchange(own, holders, rows, [0, 0, 0]);
      const ranksOf = (sums: number[][], row: number) => sums.map((rank) => rank[row * 2] !== 0);
      for (const [row, experts] of rows.entries()) {
        expect(ranksOf(await exchange(own, holders, [experts], [0, 0, 0]), 0)).toEqual(ranksOf(together, row));
      }
    }),
    { numRuns: 30 },
  );
});
