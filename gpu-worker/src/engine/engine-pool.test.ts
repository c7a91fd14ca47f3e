/** Which of several engines a request goes to. */
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { expect, test } from "vitest";
import { until } from "../../../test/support/waiting.ts";
import type { CachingEngine } from "./engine.ts";
import { spread } from "./engine-pool.ts";

const request: GenerateRequest = {
  responseId: "r",
  attempt: 1,
  model: "m",
  prompt: { kind: "text", text: "hi" },
  decoding: {},
  choices: 1,
  stop: [],
  ignoreEos: false,
  drafts: true,
  committed: [],
};

/** Engines that have so many blocks cached, run until they are aborted, and tell which of them was asked. */
function engines(cached: readonly number[], silent?: number) {
  const asked: number[] = [];
  const made = cached.map(
    (blocks, at): CachingEngine => ({
      model: { name: "m", created: 0, blockLength: 32, maxContextTokens: 64, chat: true, text: true, capacity: 2 },
      async *generate(_, signal): AsyncGenerator<EditEvent> {
        asked.push(at);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
      cachedBlocks: async () => (at === silent ? new Promise(() => {}) : blocks),
      stats: async () =>
        at === silent
          ? new Promise(() => {})
          : {
              runningSequences: 1,
              waitingSequences: 0,
              pagesInUse: 2,
              pagesCached: 0,
              pagesTotal: 8,
              preemptions: 0,
              forwards: 3,
              prefillForwards: 0,
              committedTokens: 0,
              cachedTokens: 0,
              retokenizedTokens: 0,
              lostRanks: [at, 2],
            },
      async [Symbol.asyncDispose]() {},
    }),
  );
  return { asked, engine: spread(made, 50) };
}

/** Begins requests one after the other; all run until the signal aborts. */
async function begin(engine: ReturnType<typeof spread>, counts: readonly number[], signal: AbortSignal) {
  const ended: Promise<unknown>[] = [];
  for (const choices of counts) {
    ended.push(Array.fromAsync(engine.generate({ ...request, choices }, signal)));
    await new Promise(setImmediate);
  }
  return Promise.all(ended);
}

test.each([
  ["nothing is cached: the least loaded, the first of equals", [0, 0, 0], [1, 1, 1, 1], [0, 1, 2, 0]],
  ["a request of several choices weighs as much", [0, 0], [3, 1, 1, 1, 1], [0, 1, 1, 1, 0]],
  ["a cached prefix draws requests, not all of them", [0, 4], [1, 1, 1], [1, 1, 0]],
  ["and none when its engine has no slot left", [0, 4], [1, 1, 1, 1, 1], [1, 1, 0, 0, 1]],
  ["the longer prefix draws more", [2, 4, 0], [1, 1, 1], [1, 1, 0]],
])("%s", async (_, cached, counts, expected) => {
  const { asked, engine } = engines(cached);
  const stop = new AbortController();
  const ended = begin(engine, counts, stop.signal);
  await until(() => asked.length === counts.length);
  stop.abort();
  await ended;
  expect(asked).toEqual(expected);
  // What has ended weighs nothing.
  const again = new AbortController();
  const more = begin(engine, counts, again.signal);
  await until(() => asked.length === 2 * counts.length);
  again.abort();
  await more;
  expect(asked.slice(counts.length)).toEqual(expected);
});

test("capacity and counters are those of all, a lost rank is named once", async () => {
  const { engine } = engines([0, 0]);
  expect(engine.model.capacity).toBe(4);
  expect(await engine.stats()).toMatchObject({
    runningSequences: 2,
    pagesInUse: 4,
    pagesTotal: 16,
    forwards: 6,
    lostRanks: [0, 1, 2],
  });
});

test("an engine that does not answer is lost, and so is every request", async () => {
  const { asked, engine } = engines([0, 0, 0, 0], 3);
  expect(await engine.stats()).toMatchObject({ runningSequences: 3, lostRanks: [0, 1, 2, 3] });
  const events = await Array.fromAsync(engine.generate(request, new AbortController().signal));
  expect(events).toMatchObject([
    { type: "error", code: "unavailable", retryable: true, message: "rank 3 is lost: it does not answer" },
  ]);
  expect(asked).toEqual([]);
});
