import { setImmediate } from "node:timers/promises";
import type { CommittedChoice, EditEvent } from "@palimpsest/proto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { HASH_VOCABULARY, hashRequest, openHashEngine } from "../../../test/support/models/hash-model.ts";
import type { Engine } from "./engine.ts";

const blockLength = 4;
const MIN_TOKENS = 7;

interface Asked {
  readonly prompt: number[];
  readonly maxTokens: number;
  readonly seed: bigint | undefined;
  readonly ignoreEos: boolean;
  readonly editingWindow?: number;
  /** Whether logits are moved: by a bias, by a penalty, and away from early ends. */
  readonly moved?: boolean;
  /** Turns of the event loop before it comes. */
  readonly delay: number;
  /** Events after which it is cancelled. */
  readonly cancelAfter: number | undefined;
}

async function answer(engine: Engine, asked: Asked, committed: CommittedChoice[] = []): Promise<EditEvent[]> {
  const { prompt, maxTokens, seed, ignoreEos, editingWindow = 1, moved = false, cancelAfter } = asked;
  const decoding = {
    mode: "speed",
    maxPostSteps: 3,
    editingWindow,
    ...(moved && { penaltyLambda: 2, presencePenalty: 1, frequencyPenalty: 0.5 }),
  } as const;
  const sampling = seed !== undefined && { sampling: { temperature: 1, seed } };
  // Of an editing window none are told.
  const logprobs = editingWindow === 1 && { logprobs: 1 };
  const adjustments = moved && { logitBias: new Map([[1, 2]]), minTokens: MIN_TOKENS };
  const parameters = { ...logprobs, ...sampling, ...adjustments };
  const request = hashRequest(prompt, { maxTokens, ignoreEos, decoding, ...parameters, committed });
  const controller = new AbortController();
  const events: EditEvent[] = [];
  for await (const event of engine.generate(request, controller.signal)) {
    events.push(event);
    if (events.length === cancelAfter) controller.abort();
  }
  return events;
}

/** Everything but drafts, which a preemption repeats. */
function told(events: readonly EditEvent[]) {
  return events.flatMap((event) => {
    return event.type === "commit" ? [[event.block, event.start, event.token_ids, event.logprobs] as const] : [];
  });
}

const asked = fc.record({
  prompt: fc.array(fc.nat(3), { minLength: 1, maxLength: 14 }),
  maxTokens: fc.integer({ min: 9, max: 18 }),
  seed: fc.option(fc.bigInt({ min: 0n, max: 3n }), { nil: undefined }),
  ignoreEos: fc.constantFrom(true, true, false),
  editingWindow: fc.constantFrom(1, 1, 2, 3),
  moved: fc.boolean(),
  delay: fc.nat(30),
  cancelAfter: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 3 },
    { arbitrary: fc.integer({ min: 1, max: 20 }), weight: 1 },
  ),
});

it("with pages for one sequence, arrivals and cancels change no text, and no page stays in use", async () => {
  let preemptions = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(asked, { minLength: 6, maxLength: 12 }),
      fc.integer({ min: 8, max: 11 }),
      fc.integer({ min: 3, max: 5 }),
      fc.boolean(),
      async (salt, requests, pages, capacity, prefixCache) => {
        const roomy = openHashEngine({ salt, blockLength, pages: 200, capacity: 1, prefixCache: false });
        const expected = [];
        for (const one of requests) {
          const whole = told(await answer(roomy.engine, { ...one, cancelAfter: undefined }));
          const beginning = whole.flatMap(([, , tokens]) => tokens).slice(0, MIN_TOKENS);
          if (one.moved && !one.ignoreEos) expect(beginning).not.toContain(HASH_VOCABULARY.eosToken);
          expected.push(whole);
        }

        const tight = openHashEngine({ salt, blockLength, pages, capacity, prefixCache });
        const found = await Promise.all(
          requests.map(async (one) => {
            for (let turn = 0; turn < one.delay; turn++) await setImmediate();
            return answer(tight.engine, one);
          }),
        );
        for (const [i, events] of found.entries()) {
          const commits = told(events);
          const cancelled = events.at(-1)?.type === "error";
          if (cancelled) expect(events.at(-1)).toMatchObject({ code: "cancelled" });
          expect(commits).toEqual(cancelled ? expected[i]?.slice(0, commits.length) : expected[i]);
        }
        preemptions += tight.scheduler.preemptions;
        const { running, waiting, pagesInUse } = tight.scheduler;
        expect([running, waiting, pagesInUse]).toEqual([0, 0, 0]);
      },
    ),
    { numRuns: 50 },
  );
  // Blocks of an editing window hold no page, so those sequences meet less often.
  expect(preemptions).toBeGreaterThan(15);
});

it("a worker that resumes at any commit writes the same rest, also with adjusted logits", async () => {
  let resumed = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(), asked, async (salt, one) => {
      const open = () => openHashEngine({ salt, blockLength, pages: 20, capacity: 1, prefixCache: false }).engine;
      const request = { ...one, cancelAfter: undefined };
      const events = await answer(open(), request);
      const commits = events.filter((event) => event.type === "commit");
      for (const [i, { open_ids }] of commits.slice(0, -1).entries()) {
        const tokens = commits.slice(0, i + 1).flatMap(({ token_ids = [] }) => token_ids);
        const rest = await answer(open(), request, [{ tokens, ...(open_ids && { open: open_ids }) }]);
        expect(told(rest)).toEqual(told(events).slice(i + 1));
        resumed++;
      }
    }),
    { numRuns: 60 },
  );
  expect(resumed).toBeGreaterThan(60);
});

it("a resumed sequence is prefilled from its first evicted block", async () => {
  const prefilled = async (prefixCache: boolean): Promise<number> => {
    const { engine, scheduler, model } = openHashEngine({ salt: 1, blockLength, pages: 7, capacity: 2, prefixCache });
    const one = { maxTokens: 24, seed: undefined, ignoreEos: true, delay: 0, cancelAfter: undefined };
    await Promise.all([
      answer(engine, { ...one, prompt: [0, 1, 2, 3] }),
      answer(engine, { ...one, prompt: [3, 2, 1, 0] }),
    ]);
    expect(scheduler.preemptions).toBeGreaterThan(0);
    return model.prefilledBlocks;
  };
  const [shared, anew] = [await prefilled(true), await prefilled(false)];
  expect(shared).toBeGreaterThanOrEqual(2);
  expect(shared).toBeLessThan(anew);
});

it("a request whose worst case fits all pages is accepted without a reservation, so several run at once", async () => {
  const { engine, scheduler } = openHashEngine({ salt: 1, blockLength, pages: 8, capacity: 4, prefixCache: false });
  const one = { seed: undefined, ignoreEos: true, delay: 0, cancelAfter: undefined };
  const refused = await answer(engine, { ...one, prompt: [0, 1, 2, 3], maxTokens: 29 });
  expect(refused).toMatchObject([
    {
      type: "error",
      code: "context_length_exceeded",
      message: expect.stringContaining("33 tokens (9 blocks); the model has room for 32 tokens (8 blocks)"),
    },
  ]);
  let together = 0;
  const answers = [0, 1, 2, 3].map(async (token) => {
    const request = hashRequest([token, token, token, token], { maxTokens: 28 });
    const events: EditEvent[] = [];
    for await (const event of engine.generate(request, new AbortController().signal)) {
      together = Math.max(together, scheduler.running);
      events.push(event);
    }
    return events.at(-1);
  });
  const usage = { completion_tokens: 28 };
  expect(await Promise.all(answers)).toMatchObject(answers.map(() => ({ type: "end", usage })));
  expect(together).toBe(4);
  expect(scheduler.pagesInUse).toBe(0);
});
