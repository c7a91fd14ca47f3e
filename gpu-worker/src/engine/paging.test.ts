import type { EditEvent, GenerateRequest, Usage } from "@palimpsest/proto";
import { expect, it } from "vitest";
import { hashRequest, openHashEngine, POISON } from "../../../test/support/models/hash-model.ts";
import { until } from "../../../test/support/waiting.ts";
import type { Engine } from "./engine.ts";

const never = new AbortController().signal;
const blockLength = 4;

function openEngine(changes: { pages?: number; capacity?: number } = {}) {
  return openHashEngine({ salt: 1, blockLength, pages: 100, capacity: 4, prefixCache: true, ...changes });
}

/** Blocks of one token each, so that they differ. */
function prompt(...blocks: number[]): number[] {
  return blocks.flatMap((token) => new Array<number>(blockLength).fill(token));
}

const LONG = prompt(...Array.from({ length: 20 }, (_, i) => i % 7));

async function events(engine: Engine, request: GenerateRequest, signal = never): Promise<EditEvent[]> {
  return Array.fromAsync(engine.generate(request, signal));
}

function usageOf(all: readonly EditEvent[]): Usage {
  const last = all.at(-1);
  if (last?.type !== "end") throw new Error(`the response ended with ${JSON.stringify(last)}`);
  return last.usage;
}

it("equal prompts that arrive together are prefilled once, and each says what it found", async () => {
  const { engine, model } = openEngine();
  const all = await Promise.all([1, 2, 3].map(() => events(engine, hashRequest(LONG))));
  expect(model.prefilledBlocks).toBe(20);
  const cached = all.map((one) => usageOf(one).cached_tokens);
  expect(cached.reduce((sum, tokens) => sum + tokens)).toBe(2 * LONG.length);
});

it("prefills take turns by chunks of 8 blocks, so a short one does not wait for a long one", async () => {
  const { engine, model } = openEngine();
  await Promise.all([LONG, prompt(6)].map((tokens) => events(engine, hashRequest(tokens))));
  expect(model.prefills).toEqual([8, 1, 8, 4]);
});

it("blocks of a cancelled prefill are cached for the next request", async () => {
  const { engine, scheduler, model } = openEngine();
  const controller = new AbortController();
  const cancelled = events(engine, hashRequest(LONG), controller.signal);
  await until(() => model.counts.prefillForwards >= 2);
  controller.abort();
  expect((await cancelled).at(-1)).toMatchObject({ type: "error", code: "cancelled" });
  expect([scheduler.running, scheduler.pagesInUse]).toEqual([0, 0]);
  expect(usageOf(await events(engine, hashRequest(LONG))).cached_tokens).toBeGreaterThanOrEqual(8 * blockLength);
});

it("a takeover with choices that are done says what those that run found", async () => {
  const { engine } = openEngine();
  await events(engine, hashRequest(prompt(1, 2, 3)));
  const committed = [{ tokens: prompt(6), finishReason: "stop" as const }, { tokens: prompt(5) }, { tokens: [] }];
  const all = await events(engine, hashRequest(prompt(1, 2, 3), { choices: 3, attempt: 2, committed }));
  expect(all.slice(0, 2)).toMatchObject([
    { type: "open", cached_tokens: 3 * blockLength },
    { type: "done", choice: 0, finish_reason: "stop" },
  ]);
  expect(usageOf(all)).toMatchObject({ cached_tokens: 3 * blockLength, completion_tokens: 4 + 8 + 8 });
});

it("a takeover of which all is done opens, tells that and ends", async () => {
  const { engine } = openEngine();
  const committed = [{ tokens: prompt(6), finishReason: "length" as const }];
  const all = await events(engine, hashRequest(prompt(1), { attempt: 2, committed }));
  expect(all.map(({ type }) => type)).toEqual(["open", "done", "end"]);
});

it("a prompt that cannot be computed fails alone", async () => {
  const { engine, scheduler } = openEngine();
  const all = await Promise.all(
    [prompt(1), prompt(POISON), prompt(2)].map((tokens) => events(engine, hashRequest(tokens))),
  );
  expect(all.map((one) => one.at(-1)?.type)).toEqual(["end", "error", "end"]);
  expect(all[1]?.at(-1)).toMatchObject({
    code: "internal",
    message: "the computation failed: poison",
    retryable: true,
  });
  expect([scheduler.running, scheduler.pagesInUse]).toEqual([0, 0]);
});

/** Where a sequence can be when it must stop: how to get one there. */
const places: [string, (opened: ReturnType<typeof openEngine>) => Promise<unknown>][] = [
  ["queue", async ({ scheduler }) => until(() => scheduler.waiting > 0)],
  ["prefill", async ({ model }) => until(() => model.prefilling > 0)],
  ["batch", async ({ model }) => until(() => model.counts.forwards > 3)],
];

it.each(places)("a deadline that passes in the %s ends that response and no other", async (place, arrive) => {
  const opened = openEngine(place === "queue" ? { capacity: 1 } : {});
  const { engine, scheduler } = opened;
  const other = place === "prefill" ? undefined : events(engine, hashRequest(prompt(1), { maxTokens: 40 }));
  const controller = new AbortController();
  const late = events(engine, hashRequest(LONG, { maxTokens: 40 }), controller.signal);
  await arrive(opened);
  controller.abort(new DOMException("late", "TimeoutError"));
  expect((await late).at(-1)).toMatchObject({ type: "error", code: "deadline_exceeded", retryable: false });
  expect((await other)?.at(-1)?.type ?? "end").toBe("end");
  expect([scheduler.running, scheduler.waiting, scheduler.pagesInUse]).toEqual([0, 0, 0]);
});
