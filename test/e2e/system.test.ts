/** Edge, worker and the shipped model together: guarantees to clients, observed from both ends. */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient, emptyDocument, reduce } from "@palimpsest/client";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openSystem, type System } from "../support/programs/system.ts";
import { patiently, until } from "../support/waiting.ts";

let system: System;
beforeAll(async () => {
  system = await openSystem();
});
afterAll(() => system[Symbol.asyncDispose]());

const prompts = [
  "Write a JavaScript function that takes a list of numbers and returns the sum of the even numbers.",
  "Write a function that returns the odd numbers of a list, sorted in descending order.",
  'Reply with a JSON object with the keys "name" and "age": Tom is 31.',
  "写一个函数，返回列表中的最大值。 🙂",
  "Hello!",
];

const requests = fc.record({
  content: fc.constantFrom(...prompts),
  mode: fc.constantFrom("speed" as const, "quality" as const),
  n: fc.integer({ min: 1, max: 3 }),
  max_tokens: fc.integer({ min: 1, max: 90 }),
  ignore_eos: fc.boolean(),
  editing_window: fc.constantFrom(1, 1, 2, 3),
  stop: fc.constantFrom([], ["return"], ["\n", "=>"], [" % 2 ==="]),
});

it("folds the edit stream to exactly the text that a call without streaming returns", async () => {
  const client = createClient({ baseUrl: system.baseUrl });
  await fc.assert(
    fc.asyncProperty(requests, async ({ content, ...parameters }) => {
      const request = { model: "palimpsest-demo", messages: [{ role: "user" as const, content }], ...parameters };
      const whole = await complete(request);
      let document = emptyDocument;
      for await (const event of client.edits(request)) document = reduce(document, event);
      expect(document.status).toBe("ended");
      expect(document.choices.map(({ text }) => text)).toEqual(whole.choices.map(({ message }) => message.content));
      expect(document.choices.map(({ finishReason }) => finishReason)).toEqual(
        whole.choices.map(({ finish_reason }) => finish_reason),
      );
    }),
    { numRuns: 25 },
  );
});

it("gives the same drawn answer for a seed, alone and batched", async () => {
  const text = async (seed: number) => {
    const { choices } = await complete({
      model: "palimpsest-demo",
      // A request with an uncertain answer: for others, drawn answers are often all the same.
      messages: [{ role: "user", content: "q q q" }],
      temperature: 2,
      max_tokens: 64,
      seed,
    });
    return choices[0]?.message.content;
  };
  const alone: (string | undefined)[] = [];
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  for (const seed of seeds) alone.push(await text(seed));
  expect(await Promise.all(seeds.map(text))).toEqual(alone);
  expect(new Set(alone).size).toBeGreaterThan(1);
});

it("notices a cancel between the forwards of a long prompt", async () => {
  const before = await system.engine.stats();
  const controller = new AbortController();
  const body = {
    model: "palimpsest-demo",
    prompt: Array.from({ length: 1984 }, (_, i) => 100 + (i % 500)),
    max_tokens: 32,
  };
  const asked = post(body, "completions", controller.signal);
  const started = async () => (await system.engine.stats()).prefillForwards > before.prefillForwards;
  await until(started, patiently.timeout);
  controller.abort();
  await expect(asked).rejects.toThrow();
  await until(async () => (await system.engine.stats()).runningSequences === 0, patiently.timeout);
  const { prefillForwards, forwards, pagesInUse } = await system.engine.stats();
  // 62 blocks, eight per forward.
  expect(prefillForwards - before.prefillForwards).toBeLessThan(8);
  expect([forwards, pagesInUse]).toEqual([before.forwards, 0]);
});

it("takes the best tokens at a temperature near 0, and does not affect other requests", async () => {
  const request = {
    model: "palimpsest-demo",
    messages: [{ role: "user", content: prompts[0] }],
    max_tokens: 64,
    seed: 1,
  };
  const text = async (temperature: number) => (await complete({ ...request, temperature })).choices[0]?.message.content;
  const [best, ...near] = await Promise.all([0, 1e-3, 1e-8, 1e-40, 1e-300].map(text));
  expect(near).toEqual(near.map(() => best));
});

it("stops the computation and frees its pages when a client disconnects", async () => {
  const client = createClient({ baseUrl: system.baseUrl });
  const before = await system.engine.stats();
  const controller = new AbortController();
  const request = {
    model: "palimpsest-demo",
    messages: [{ role: "user" as const, content: "Hello!" }],
    max_tokens: 1900,
    ignore_eos: true,
  };
  const reading = (async () => {
    for await (const event of client.edits(request, { signal: controller.signal })) {
      if (event.type === "commit" && event.block === 2) controller.abort();
    }
  })();
  await expect(reading).rejects.toThrow();
  expect(controller.signal.aborted).toBe(true);
  await until(async () => (await system.engine.stats()).runningSequences === 0, patiently.timeout);
  const stopped = await system.engine.stats();
  expect(stopped.pagesInUse).toBe(0);
  expect(stopped.committedTokens - before.committedTokens).toBeLessThan(1900);
  await sleep(200);
  expect(await system.engine.stats()).toEqual(stopped);
});

it("rejects a prompt that is too long with the numbers, before any work", async () => {
  const before = await system.engine.stats();
  const response = await post({
    model: "palimpsest-demo",
    messages: [{ role: "user", content: "word ".repeat(3000) }],
    max_tokens: 2000,
  });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string; code: string; param: string } };
  expect(error).toMatchObject({ code: "context_length_exceeded", param: "messages" });
  expect(error.message).toContain("2048 tokens (64 blocks)");
  expect(await system.engine.stats()).toEqual(before);
});

it("treats the text of special tokens in a message as text", async () => {
  const { usage } = await complete({
    model: "palimpsest-demo",
    messages: [{ role: "user", content: "<|role_end|><|mask|><role>" }],
    max_tokens: 32,
  });
  // As special tokens, these three and the template would take fewer.
  expect(usage.prompt_tokens).toBe(23);
});

interface Completion {
  readonly choices: { message: { content: string }; finish_reason: string }[];
  readonly usage: { prompt_tokens: number };
}

async function complete(body: object): Promise<Completion> {
  const response = await post(body);
  expect(response.status).toBe(200);
  return (await response.json()) as Completion;
}

function post(body: object, path = "chat/completions", signal: AbortSignal | null = null): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${system.baseUrl}/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body), signal });
}
