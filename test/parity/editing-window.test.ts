/** An editing window on the trained model: the same answer cached and recomputed, alone, together, and taken over at any commit. */
import { expect, test } from "vitest";
import type { CommittedChoice, Engine, GenerateRequest } from "../../gpu-worker/src/engine/engine.ts";
import { openEngine } from "../../gpu-worker/src/open-engine.ts";
import { convertGolden, goldenRuns } from "../support/golden.ts";

const prompts = goldenRuns("demo-21")
  .filter(({ mode }) => mode === "speed")
  .slice(0, 4)
  .map(({ prompt }) => prompt);

test.each([2, 3])("%i blocks", async (editingWindow) => {
  await using golden = await convertGolden("demo-21", { quantization: "none", ranks: 1 });
  await using engine = await openEngine({ package: golden.folder });
  const decoding = { mode: "speed", editingWindow } as const;
  const alone: Answer[] = [];
  for (const prompt of prompts) alone.push(await answer(engine, prompt, { decoding }));
  const tokens = (answers: readonly Answer[]) => answers.map(({ tokens }) => tokens);
  // The prefix cache holds their beginnings by now.
  const together = await Promise.all(prompts.map((prompt) => answer(engine, prompt, { decoding })));
  expect(tokens(together)).toEqual(tokens(alone));
  await using recomputing = await openEngine({ package: golden.folder, cache: false });
  for (const [i, prompt] of prompts.entries()) {
    expect((await answer(recomputing, prompt, { decoding })).tokens).toEqual(alone[i]?.tokens);
  }
  for (const [i, prompt] of prompts.entries()) {
    for (const committed of (alone[i] as Answer).checkpoints) {
      const rest = await answer(engine, prompt, { decoding, attempt: 2, committed: [committed] });
      expect([...committed.tokens, ...rest.tokens]).toEqual(alone[i]?.tokens);
    }
  }
  expect(alone.flatMap(({ checkpoints }) => checkpoints).length).toBeGreaterThan(4);
  expect(await engine.stats()).toMatchObject({ runningSequences: 0, pagesInUse: 0 });
});

interface Answer {
  readonly tokens: readonly number[];
  /** What a worker that takes over is told after each commit but the last. */
  readonly checkpoints: readonly CommittedChoice[];
}

async function answer(engine: Engine, tokens: readonly number[], changes: Partial<GenerateRequest>): Promise<Answer> {
  const request: GenerateRequest = {
    responseId: "r",
    attempt: 1,
    prompt: { kind: "tokens", tokens },
    decoding: {},
    maxTokens: 150,
    choices: 1,
    stop: [],
    ignoreEos: true,
    drafts: false,
    committed: [],
    ...changes,
  };
  const answered: number[] = [];
  const checkpoints: CommittedChoice[] = [];
  for await (const event of engine.generate(request, new AbortController().signal)) {
    if (event.type === "error") throw new Error(event.message);
    if (event.type !== "commit") continue;
    answered.push(...(event.token_ids ?? []));
    if (event.finish_reason !== undefined) continue;
    checkpoints.push({ tokens: [...answered], ...(event.open_ids && { open: event.open_ids }) });
  }
  return { tokens: answered, checkpoints };
}
