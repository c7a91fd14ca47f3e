import { expect, it, vi } from "vitest";
import type { BlockInput } from "./attention-inputs.ts";
import { Batcher } from "./batcher.ts";
import type { ForwardOutput } from "./model-forward.ts";

const block = (token: number, cells: readonly number[] = [0, 1]): BlockInput => {
  return { tokens: [token, token], cells, pages: [], peers: [] };
};

/** A forward that cannot take token 13, and gives each row its own token back. */
function forward() {
  const batches: number[][] = [];
  const layers = async (blocks: readonly BlockInput[]) => {
    const tokens = blocks.flatMap((one) => one.tokens);
    batches.push(tokens);
    if (tokens.includes(13)) throw new Error("thirteen");
    const output: ForwardOutput & { tokens: readonly number[] } = {
      ...{ tokens, tensors: {} },
      share: () => output,
      [Symbol.dispose]() {},
    };
    return output;
  };
  const head = async (output: ForwardOutput, rows: readonly number[]) =>
    rows.map((row) => ({ token: (output as unknown as { tokens: number[] }).tokens[row] as number, probability: 1 }));
  return { batches, layers, head };
}

it("blocks that are ready together share a forward; each submission finds its own", async () => {
  const scripted = forward();
  const batcher = new Batcher(scripted, 2);
  const asked = [batcher.run([block(1), block(5, [1])]), batcher.run([block(2, [])]), batcher.run([block(4)])];
  const found = (await Promise.all(asked)).map(({ candidates }) => {
    return candidates.map((block) => block.map(({ token }) => token));
  });
  expect(found).toEqual([[[1, 1], [5]], [[]], [[4, 4]]]);
  expect(scripted.batches).toEqual([[1, 1, 5, 5, 2, 2, 4, 4]]);
});

it("a block that fails a forward fails alone", async () => {
  const batcher = new Batcher(forward(), 2);
  const [good, bad, other] = await Promise.allSettled([1, 13, 3].map((token) => batcher.run([block(token)])));
  expect(bad).toMatchObject({ status: "rejected", reason: new Error("thirteen") });
  expect(good).toMatchObject({ value: { candidates: [[{ token: 1 }, { token: 1 }]] } });
  expect(other).toMatchObject({ value: { candidates: [[{ token: 3 }, { token: 3 }]] } });
});

it("while a probe fails too, every request is unavailable and runs no forward, until a probe succeeds", async () => {
  const scripted = forward();
  let broken = true;
  const layers = async (blocks: readonly BlockInput[]) => {
    const output = await scripted.layers(blocks);
    if (broken) throw new Error("no memory");
    return output;
  };
  const batcher = new Batcher({ ...scripted, layers }, 2);
  const unavailable = {
    status: "rejected",
    reason: { code: "unavailable", message: expect.stringContaining("no memory") },
  };
  const asked = await Promise.allSettled([1, 2, 3].map((token) => batcher.run([block(token)])));
  expect(asked).toMatchObject([unavailable, unavailable, unavailable]);
  // Together, the first alone, and the probe.
  expect(scripted.batches).toEqual([
    [1, 1, 2, 2, 3, 3],
    [1, 1],
    [0, 0],
  ]);
  expect(batcher.health.failure).toBe("no memory");
  expect(await Promise.allSettled([batcher.run([block(4)]), batcher.probe(), batcher.probe()])).toMatchObject([
    unavailable,
    unavailable,
    unavailable,
  ]);
  broken = false;
  await batcher.probe();
  expect(batcher.health.failure).toBeUndefined();
  await batcher.run([block(5)]);
});

it("sequences that arrive during a forward join the next one; finished sequences delay no other", async () => {
  const scripted = forward();
  const batcher = new Batcher(scripted, 2);
  const steps = async (token: number, count: number): Promise<void> => {
    for (let step = 0; step < count; step++) await batcher.run([block(token)]);
  };
  const [long, short] = [steps(1, 4), steps(2, 1)];
  await short;
  await Promise.all([long, steps(3, 2)]);
  expect(scripted.batches.map((tokens) => [...new Set(tokens)])).toEqual([[1, 2], [1, 3], [1, 3], [1]]);
});

it("forwards begin when their round does; who has nothing more to run leaves it", async () => {
  const scripted = forward();
  const told: string[] = [];
  const rounds = {
    async begin() {
      await new Promise((resolve) => setTimeout(resolve, 1));
      told.push(`round, after ${scripted.batches.length} forwards`);
    },
    end: () => told.push("end"),
  };
  const batcher = new Batcher(scripted, 2, { rounds });
  for (const token of [1, 2]) await batcher.run([block(token)]);
  await vi.waitUntil(() => told.at(-1) === "end");
  expect(told).toEqual(["round, after 0 forwards", "round, after 1 forwards", "end"]);
});

it("a forward takes no more blocks than its memory has room for, but one submission whole", async () => {
  const scripted = { ...forward(), maxBlocks: 2 };
  const batcher = new Batcher(scripted, 2);
  const whole = [block(1), block(2), block(3)];
  await Promise.all([batcher.run(whole), batcher.run([block(4)]), batcher.run([block(5)]), batcher.run([block(6)])]);
  expect(scripted.batches).toEqual([
    [1, 1, 2, 2, 3, 3],
    [4, 4, 5, 5],
    [6, 6],
  ]);
});
