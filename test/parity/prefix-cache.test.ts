/** A request's text does not depend on the prefix cache, other requests, preemption or earlier cancellations. */

import { join } from "node:path";
import type { GenerateRequest } from "@palimpsest/proto";
import { expect, it } from "vitest";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import { openEngine } from "../../gpu-worker/src/program/open-engine.ts";
import { pageBytes } from "../../gpu-worker/src/runtime/kv-tensors.ts";
import { openTokenizer } from "../../gpu-worker/src/tokenizer/tokenizer.ts";
import { convertGolden, goldenRuns } from "../support/models/golden.ts";

const BLOCK = 32;
/** Too few pages for everything, enough for the longest request: blocks are evicted constantly. */
const PAGES = 12;

it.each(["tiny-21", "demo-21"] as const)(
  "%s: with and without, one by one, together and with cancels",
  async (name) => {
    await using golden = await convertGolden(name, { quantization: "none", ranks: 1 });
    const prompts = goldenRuns(name).map(({ prompt }) => prompt);
    const long = prompts.slice(0, 4).flat();
    const shared = [64, 70, 96, 128].flatMap((length) => {
      const prefix = Array.from({ length }, (_, i) => long[i % long.length] as number);
      return [prefix, [...prefix, 5, 6], [...prefix.slice(0, -1), 7]];
    });
    const kvCacheBytes = PAGES * pageBytes(await readManifest(golden.folder));
    const settings = { package: golden.folder, kvCacheBytes };
    await using plain = await openEngine({ ...settings, prefixCache: false });
    const expected: Answer[] = [];
    // Every other request draws its tokens.
    const drawn = (i: number) => i % 2 === 1 && { sampling: { temperature: 0.9, topP: 0.95, seed: BigInt(i) } };
    for (const [i, prompt] of shared.entries()) {
      expected.push(await answer(plain, prompt, Number.POSITIVE_INFINITY, { ...drawn(i) }));
    }
    expect(expected.map(({ cached }) => cached)).toEqual(shared.map(() => 0));

    await using caching = await openEngine(settings);
    const tokens = (answers: readonly Answer[]) => answers.map(({ tokens }) => tokens);
    const again = async (i: number): Promise<Answer> => {
      const prompt = shared[i] as number[];
      if (i % 3 === 1) await answer(caching, prompt, 2);
      return answer(caching, prompt, Number.POSITIVE_INFINITY, { ...drawn(i) });
    };
    const order = [...shared.keys()];
    expect(tokens(await Promise.all(order.map(again)))).toEqual(tokens(expected));
    expect(tokens(await Promise.all(order.toReversed().map(again)))).toEqual(tokens(expected.toReversed()));
    const { runningSequences, pagesInUse, pagesCached, preemptions } = await caching.stats();
    expect([runningSequences, pagesInUse]).toEqual([0, 0]);
    expect(pagesCached).toBeGreaterThan(0);
    expect(preemptions).toBeGreaterThan(0);
  },
);

it("prefills a second turn from the first block that differs; two scopes share nothing; choices share a prompt", async () => {
  await using golden = await convertGolden("demo-21", { quantization: "none", ranks: 1 });
  await using engine = await openEngine({ package: golden.folder });
  const prompt = Array.from({ length: 10 * BLOCK }, (_, i) => 100 + (i % 300));
  const first = await answer(engine, prompt);
  expect(first).toMatchObject({ cached: 0, prefillForwards: 2 });
  // The answer's last block was never committed.
  const committed = Math.floor((first.tokens.length - 1) / BLOCK);
  const turn = [...prompt, ...first.tokens, ...prompt.slice(0, 20)];
  expect(await answer(engine, turn)).toMatchObject({ cached: (10 + committed) * BLOCK });
  expect(await answer(engine, prompt)).toMatchObject({ cached: 10 * BLOCK, prefillForwards: 0 });
  expect(await answer(engine, prompt, Number.POSITIVE_INFINITY, { cacheScope: "b" })).toMatchObject({ cached: 0 });
  const choices = await answer(engine, prompt.toReversed(), Number.POSITIVE_INFINITY, { choices: 4 });
  expect(choices).toMatchObject({ cached: 0, prefillForwards: 2 });
});

it("counts prompt tokens that are prefilled although their text was cached under other ids", async () => {
  await using golden = await convertGolden("demo-21", { quantization: "none", ranks: 1 });
  await using engine = await openEngine({ package: golden.folder });
  const { tokenizer: files } = await readManifest(golden.folder);
  const tokenizer = await openTokenizer({ tokenizer: join(golden.folder, files?.tokenizer as string) });
  const text = "a list of the odd numbers, sorted in descending order ".repeat(2);
  const letters = [...text].flatMap((letter) => tokenizer.encode(letter));
  await answer(engine, letters);
  await answer(engine, tokenizer.encode(text));
  const cached = BLOCK * Math.floor(letters.length / BLOCK);
  expect(await engine.stats()).toMatchObject({ cachedTokens: 0, retokenizedTokens: cached });
});

interface Answer {
  readonly tokens: readonly number[];
  readonly cached: number;
  readonly prefillForwards: number;
}

/** Cancels at the event numbered `until`. */
async function answer(
  engine: Engine,
  tokens: readonly number[],
  until = Number.POSITIVE_INFINITY,
  changes: Partial<GenerateRequest> = {},
): Promise<Answer> {
  const controller = new AbortController();
  const committed: number[] = [];
  let [cached, prefillForwards] = [0, 0];
  const request: GenerateRequest = {
    responseId: "r",
    attempt: 1,
    model: "prefix",
    prompt: { kind: "tokens", tokens },
    decoding: {},
    maxTokens: 96,
    choices: 1,
    stop: [],
    ignoreEos: true,
    drafts: true,
    committed: [],
    ...changes,
  };
  for await (const event of engine.generate(request, controller.signal)) {
    if (event.seq === until) controller.abort();
    if (event.type === "error" && event.code !== "cancelled") throw new Error(event.message);
    if (event.type === "commit") committed.push(...(event.token_ids ?? []));
    if (event.type === "open") cached = event.cached_tokens;
    if (event.type === "end") {
      prefillForwards = event.usage.prefill_forwards;
      expect(event.usage.cached_tokens).toBeGreaterThanOrEqual(cached);
      cached = event.usage.cached_tokens;
    }
  }
  return { tokens: committed, cached, prefillForwards };
}
