import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expertsOfRank } from "../model/package-plan.ts";
import { ExpertExchange, type RankLink, type RoutedRows } from "./exchange.ts";

const EXPERTS = 8;
const sizes = { hiddenSize: 2, topK: 2 };

const routing = fc.record({
  ranks: fc.integer({ min: 1, max: 4 }),
  delays: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
  tokens: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: EXPERTS - 1 }), { minLength: 2, maxLength: 2 }), {
    minLength: 1,
    maxLength: 10,
  }),
});

/** Expert e multiplies a row by e + 1. */
function partial({ hidden, experts, weights }: RoutedRows, local: ReadonlySet<number>): Float32Array {
  return Float32Array.from(hidden, (x, i) => {
    const row = Math.trunc(i / sizes.hiddenSize);
    return [0, 1].reduce((sum, k) => {
      const expert = Number(experts[row * 2 + k]);
      return local.has(expert) ? sum + (weights[row * 2 + k] as number) * x * (expert + 1) : sum;
    }, 0);
  });
}

test("every row comes back from the ranks that hold its experts, whoever answers first, and no rank gets another's", async () => {
  await fc.assert(
    fc.asyncProperty(routing, async ({ ranks, delays, tokens }) => {
      const held = Array.from({ length: ranks }, (_, rank) => new Set(expertsOfRank(EXPERTS, rank, ranks)));
      const asked: number[] = [];
      const links = held.slice(1).map(
        (local, i): RankLink => ({
          rank: i + 1,
          ready: true,
          async run(routed) {
            asked.push(i + 1);
            const perRow = [...routed.experts].reduce<number[][]>((rows, expert, k) => {
              if (k % 2 === 0) rows.push([]);
              rows.at(-1)?.push(Number(expert));
              return rows;
            }, []);
            expect(perRow.every((row) => row.some((expert) => local.has(expert)))).toBe(true);
            await sleep(delays[i]);
            return { partial: partial(routed, local), computeMs: 0 };
          },
          async [Symbol.asyncDispose]() {},
        }),
      );
      const routed: RoutedRows = {
        layer: 1,
        hidden: Float32Array.from({ length: tokens.length * 2 }, (_, i) => i + 1),
        experts: BigInt64Array.from(tokens.flat(), BigInt),
        weights: Float32Array.from({ length: tokens.length * 2 }, (_, i) => 1 / (i + 1)),
      };
      const bigints = held.map((local) => new Set([...local].map(BigInt)));
      const exchange = new ExpertExchange(links, (_, rank) => bigints[rank]!, sizes);
      const pending = exchange.dispatch(routed);
      const combined = await pending.combine(partial(routed, held[0]!));
      expect(combined).toEqual(Float32Array.from(held.flatMap((local) => [...partial(routed, local)])));
      const needed = held.flatMap((local, rank) => (rank > 0 && tokens.flat().some((e) => local.has(e)) ? [rank] : []));
      expect(asked).toEqual(needed);
    }),
    { numRuns: 60 },
  );
});
