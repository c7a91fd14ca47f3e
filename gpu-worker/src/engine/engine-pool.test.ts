/** The engine that a request goes to, and the work that is done once for all of them. */
import type { EditEvent, GenerateRequest } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { hashRequest, openHashEngine } from "../../../test/support/models/hash-model.ts";
import { until } from "../../../test/support/waiting.ts";
import type { PromptEncoder } from "./check-request.ts";
import type { PoolableEngine } from "./engine.ts";
import { EnginePool } from "./engine-pool.ts";

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

/** Engines with so many cached blocks, which run until they are aborted. `asked` lists the engines that were given requests. */
function engines(cached: readonly number[], silent?: number) {
  const asked: number[] = [];
  const made = cached.map(
    (blocks, at): PoolableEngine => ({
      model: {
        name: "m",
        created: 0,
        blockLength: 32,
        maxContextTokens: 64,
        chat: true,
        text: true,
        capacity: 2,
        capabilities: [],
      },
      async *generate(_, signal): AsyncGenerator<EditEvent> {
        asked.push(at);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
      checkPrompt: async () => ({ tokens: [1] }),
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
              committedBlocks: 1,
              draftToCommitMs: 2,
              rankWaits: [{ rank: 1 - at, ms: 10 + at }],
              cachedTokens: 0,
              retokenizedTokens: 0,
              grammarRepairs: 0,
              grammarForcedTokens: 0,
              grammarForcedFinishes: 0,
              lostRanks: [at, 2],
              forwardMs: at,
              forwardLimitMs: 1_000,
              silentMs: 0,
            },
      observe() {},
      probe: async () => (at === silent ? "failed" : undefined),
      async [Symbol.asyncDispose]() {},
    }),
  );
  return { asked, engine: new EnginePool(made, 50) };
}

/** Begins requests one after the other; all run until the signal aborts. */
async function begin(engine: EnginePool, counts: readonly number[], signal: AbortSignal) {
  const ended: Promise<unknown>[] = [];
  for (const choices of counts) {
    ended.push(Array.fromAsync(engine.generate({ ...request, choices }, signal)));
    await new Promise(setImmediate);
  }
  return Promise.all(ended);
}

it.each([
  ["without cached blocks the least loaded engine runs it, the first of equals", [0, 0, 0], [1, 1, 1, 1], [0, 1, 2, 0]],
  ["a request of several choices counts once for each", [0, 0], [3, 1, 1, 1, 1], [0, 1, 1, 1, 0]],
  ["a cached prefix draws requests, but not all of them", [0, 4], [1, 1, 1], [1, 1, 0]],
  ["a cached prefix draws none when its engine has no slot left", [0, 4], [1, 1, 1, 1, 1], [1, 1, 0, 0, 1]],
  ["the longer prefix draws more", [2, 4, 0], [1, 1, 1], [1, 1, 0]],
])("placement: %s", async (_, cached, counts, expected) => {
  const { asked, engine } = engines(cached);
  const stop = new AbortController();
  const ended = begin(engine, counts, stop.signal);
  await until(() => asked.length === counts.length);
  stop.abort();
  await ended;
  expect(asked).toEqual(expected);
  // Responses that have ended do not count.
  const again = new AbortController();
  const more = begin(engine, counts, again.signal);
  await until(() => asked.length === 2 * counts.length);
  again.abort();
  await more;
  expect(asked.slice(counts.length)).toEqual(expected);
});

it("capacity and counters are those of all, a lost rank is named once", async () => {
  const { engine } = engines([0, 0]);
  expect(engine.model.capacity).toBe(4);
  expect(await engine.stats()).toMatchObject({
    runningSequences: 2,
    pagesInUse: 4,
    pagesTotal: 16,
    forwards: 6,
    forwardMs: 1,
    committedBlocks: 2,
    rankWaits: [
      { rank: 0, ms: 11 },
      { rank: 1, ms: 10 },
    ],
    lostRanks: [0, 1, 2],
  });
});

it("an engine that does not answer is unreachable, and every request fails", async () => {
  const { asked, engine } = engines([0, 0, 0, 0], 3);
  expect(await engine.stats()).toMatchObject({ runningSequences: 3, lostRanks: [0, 1, 2, 3] });
  const events = await Array.fromAsync(engine.generate(request, new AbortController().signal));
  expect(events).toMatchObject([
    { type: "error", code: "unavailable", retryable: true, message: "rank 3 is unreachable: it does not answer" },
  ]);
  expect(asked).toEqual([]);
  expect(await engine.probe()).toBe("failed");
});

/** Two engines that share a tokenizer of digits, and the texts that it has tokenized. */
function tokenizing() {
  const tokenized: string[] = [];
  const encode: PromptEncoder["encode"] = async (prompt) => {
    if (prompt.kind !== "text") return [1];
    tokenized.push(prompt.text);
    return [...prompt.text].map(Number);
  };
  const tokenizer = { encode, bytes: () => new Uint8Array(0) };
  const open = () =>
    openHashEngine({ salt: 1, blockLength: 4, pages: 100, capacity: 4, prefixCache: true, tokenizer }).engine;
  return { tokenized, alone: open(), pool: new EnginePool([open(), open()], 5000) };
}

const never = new AbortController().signal;

it("a prompt is tokenized once, and its response is that of an engine alone", async () => {
  const { tokenized, alone, pool } = tokenizing();
  for (const text of ["12345678", "123456781234"]) {
    const asked = hashRequest([], { prompt: { kind: "text", text } });
    const events = await Array.fromAsync(pool.generate(asked, never));
    expect(tokenized.splice(0)).toEqual([text]);
    expect(events).toEqual(await Array.fromAsync(alone.generate(asked, never)));
    tokenized.length = 0;
  }
});

it("a cached prefix is found by the tokens of a text", async () => {
  const { pool } = tokenizing();
  const asked = hashRequest([], { prompt: { kind: "text", text: "12345678" } });
  for (const cached of [0, 8]) {
    const events = await Array.fromAsync(pool.generate(asked, never));
    expect(events.at(-1)).toMatchObject({ type: "end", usage: { cached_tokens: cached } });
  }
});

it("an invalid request gets the error of an engine alone", async () => {
  const { alone, pool } = tokenizing();
  const text = "1".repeat(500);
  for (const changes of [{ choices: 9 }, { maxTokens: 0 }, { prompt: { kind: "text", text } as const }]) {
    const asked = hashRequest([1], changes);
    const events = await Array.fromAsync(pool.generate(asked, never));
    expect(events).toMatchObject([{ type: "error", seq: 0 }]);
    expect(events).toEqual(await Array.fromAsync(alone.generate(asked, never)));
  }
});
