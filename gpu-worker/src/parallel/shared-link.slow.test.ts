import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import {
  beBusy,
  FAILING_LAYER,
  HANGING_LAYER,
  openPlainRank,
  putPlainSums,
} from "../../../test/support/programs/plain-rank.ts";
import { ExpertExchange, type RankLink, type RoutedRows } from "./exchange.ts";
import { ExchangeMemory } from "./exchange-memory.ts";
import { openReconnectingLink } from "./reconnecting-link.ts";

/** Far above the time of a test: a rank whose wake-up is lost sleeps until the test fails. */
const SLICE_MS = 60_000;
const EXPERTS = 6;
const RANKS = 3;
const shape = { ranks: RANKS, hiddenSize: 2, topK: 2, real: "f32" } as const;

let opened = new AsyncDisposableStack();
afterEach(async () => {
  await opened.disposeAsync();
  opened = new AsyncDisposableStack();
});

/** Ranks 1 and 2 in threads, each holding the experts that are its number modulo the ranks. */
async function threeRanks(busyMs: readonly [number, number] = [0, 0]) {
  const memory = ExchangeMemory.create(shape);
  const open = (rank: number) => openPlainRank({ rank, shape, sums: true, busyMs, sliceMs: SLICE_MS }, memory);
  const ranks = await Promise.all([open(1), open(2)]);
  for (const { link } of ranks) opened.use(link);
  return { memory, open, ranks, links: ranks.map(({ link }) => link) };
}

const holdersOf = (experts = EXPERTS) => Array.from({ length: experts }, (_, expert) => [expert % RANKS]);
const exchangeOver = (links: readonly RankLink[], holders = holdersOf()) =>
  new ExpertExchange(0, links, () => holders, shape);

function routed(rows: readonly (readonly number[])[], layer = 1): RoutedRows {
  return {
    layer,
    hidden: Float32Array.from({ length: rows.length * 2 }, (_, i) => i + 1 + layer),
    experts: BigInt64Array.from(rows.flat(), BigInt),
    weights: Float32Array.from({ length: rows.length * 2 }, (_, i) => 1 + (i % 3)),
  };
}

/** The twin: each rank's partial sums in plain loops, one rank after the other. */
function twin(input: RoutedRows, holders: readonly (readonly number[])[]): number[] {
  return Array.from({ length: RANKS }, (_, rank) => {
    const sums = new Float32Array(input.hidden.length);
    const weights = input.weights.map((w, i) => (holders[Number(input.experts[i])]![0] === rank ? w : 0));
    putPlainSums({ ...input, weights }, shape.topK, sums);
    return [...sums];
  }).flat();
}

/** All ranks' sums over the memory. */
async function exchanged(exchange: ExpertExchange, input: RoutedRows, ownMs: readonly [number, number] = [0, 0]) {
  using _turn = await exchange.turn();
  using pending = exchange.dispatch(input);
  beBusy(ownMs);
  const own = pending.ownSlot as Float32Array;
  putPlainSums({ ...input, weights: pending.ownWeights }, shape.topK, own);
  return [...(await pending.combine(own))];
}

const rows = fc.array(fc.uniqueArray(fc.nat(EXPERTS - 1), { minLength: 2, maxLength: 2 }), {
  minLength: 1,
  maxLength: 200,
});

it("gives the sums of plain loops, for more and for fewer rows than before, and zeros for a rank without a part", async () => {
  const { links } = await threeRanks();
  const exchange = exchangeOver(links);
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 4 }), async (layers) => {
      for (const [layer, chosen] of layers.entries()) {
        const input = routed(chosen, layer);
        expect(await exchanged(exchange, input)).toEqual(twin(input, holdersOf()));
      }
    }),
    { numRuns: 40 },
  );
});

it("no wake-up is lost in twenty thousand exchanges with random delays on both sides", async () => {
  const { links } = await threeRanks([0, 0.05]);
  const exchange = exchangeOver(links);
  const input = routed([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  const sums = twin(input, holdersOf());
  const endMs = performance.now() + 40_000;
  let rounds = 0;
  while (rounds < 20_000 && performance.now() < endMs) {
    if (rounds % 7 === 0) await new Promise(setImmediate);
    const found = await exchanged(exchange, input, rounds % 3 === 0 ? [0, 0.1] : [0, 0]);
    if (found.join() !== sums.join()) expect(found).toEqual(sums);
    rounds++;
  }
  expect(rounds, "of a machine that is slow, not asleep").toBeGreaterThan(5_000);
});

it("a rank that fails gives its reason, and answers the next layer", async () => {
  const { links } = await threeRanks();
  const exchange = exchangeOver(links);
  await expect(exchanged(exchange, routed([[0, 1]], FAILING_LAYER))).rejects.toThrow("no layer 1000 – here");
  expect(await exchanged(exchange, routed([[0, 1]]))).toEqual(twin(routed([[0, 1]]), holdersOf()));
});

it("a thread that ends fails the dispatch at once, and later ones with the same reason", async () => {
  const { links, ranks } = await threeRanks();
  const exchange = exchangeOver(links);
  const asked = exchanged(exchange, routed([[0, 1]], HANGING_LAYER));
  setImmediate(() => ranks[0]?.worker.terminate());
  await expect(asked).rejects.toThrow("its thread exited with code 1");
  expect(links[0]).toMatchObject({ ready: false });
  await expect(exchanged(exchange, routed([[0, 1]]))).rejects.toThrow("its thread exited with code 1");
});

it("a thread that ends while the leader computes fails the dispatch when that is done", async () => {
  const { links, ranks } = await threeRanks();
  const exchange = exchangeOver(links);
  using _turn = await exchange.turn();
  using pending = exchange.dispatch(routed([[0, 1]], HANGING_LAYER));
  await ranks[0]?.worker.terminate();
  await links[0]?.lost;
  await expect(pending.combine(pending.ownSlot!)).rejects.toThrow("its thread exited with code 1");
});

it("a forward begins when all ranks have ended what one that failed asked of them", async () => {
  const { links } = await threeRanks([30, 30]);
  const exchange = exchangeOver(links);
  const input = routed([[1, 2]]);
  const failed = (async () => {
    using _turn = await exchange.turn();
    using _pending = exchange.dispatch(input);
    throw new Error("the leader's own experts failed");
  })();
  await expect(failed).rejects.toThrow("own experts");
  const both = await Promise.all([exchanged(exchange, routed([[1, 2]], 2)), exchanged(exchange, routed([[1, 5]], 3))]);
  expect(both).toEqual([twin(routed([[1, 2]], 2), holdersOf()), twin(routed([[1, 5]], 3), holdersOf())]);
});

it("a rank that hangs fails at the deadline, also for rows without a part for it, until another thread has its place", async () => {
  const memory = ExchangeMemory.create({ ...shape, ranks: 2 });
  const open = async () => (await openPlainRank({ rank: 1, shape, sums: true, sliceMs: SLICE_MS }, memory)).link;
  const link = opened.use(await openReconnectingLink({ rank: 1, open, deadlineMs: 200 }));
  const exchange = new ExpertExchange(0, [link], () => [[0], [1]], shape);
  await expect(exchanged(exchange, routed([[0, 1]], HANGING_LAYER))).rejects.toMatchObject({ code: "unavailable" });
  await expect(exchanged(exchange, routed([[0, 0]]))).rejects.toMatchObject({ code: "unavailable" });
  await expect.poll(() => link.ready, { timeout: 8_000 }).toBe(true);
  expect((await exchanged(exchange, routed([[0, 1]]))).slice(2)).toEqual([8, 12]);
});

it("closing a link ends its thread's wait before its slice is over", { timeout: SLICE_MS / 2 }, async () => {
  const { links } = await threeRanks();
  await Promise.all(links.map((link) => link[Symbol.asyncDispose]()));
});

it("rows outside of the memory and a second dispatch at once are refused", async () => {
  const { links, memory } = await threeRanks([20, 20]);
  const [link] = links as [RankLink];
  await expect(link.run(routed([[0, 1]]))).rejects.toThrow("the rows are not in the exchange's memory");
  const inside = { ...routed([[0, 1]]), hidden: memory.layer(1).hidden };
  const first = link.run(inside);
  await expect(link.run(inside)).rejects.toThrow("one at a time");
  await first;
  expect(() => memory.reserve(2 ** 15 + 1)).toThrow("a forward of 32769 rows over ranks: the limit is 32768");
});
