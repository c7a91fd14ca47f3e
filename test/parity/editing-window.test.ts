/**
 * An editing window on the trained model gives the same answer cached and recomputed, alone, batched, and resumed at
 * any commit.
 */
import { expect, it } from "vitest";
import { openEngine } from "../../gpu-worker/src/program/open-engine.ts";
import { answerOf, type TokenAnswer, takeOver } from "../support/fakes/engine-answer.ts";
import { convertGolden, goldenRuns } from "../support/models/golden.ts";

const prompts = goldenRuns("demo-21")
  .filter(({ mode }) => mode === "speed")
  .slice(0, 4)
  .map(({ prompt }) => prompt);

it.each([2, 3])(
  "a window of %i blocks gives one answer cached, recomputed, batched and resumed",
  async (editingWindow) => {
    await using golden = await convertGolden("demo-21", { quantization: "none", ranks: 1 });
    await using engine = await openEngine({ package: golden.folder });
    // Every other request draws its tokens.
    const requests = prompts.map((prompt, i) => {
      const sampling = i % 2 === 1 && { sampling: { temperature: 0.8, topP: 0.95, seed: BigInt(i) } };
      return { prompt, changes: { decoding: { mode: "speed", editingWindow }, maxTokens: 150, ...sampling } } as const;
    });
    const alone: TokenAnswer[] = [];
    for (const { prompt, changes } of requests) alone.push(await answerOf(engine, prompt, changes));
    const tokens = alone.map(({ tokens }) => tokens);
    // The prefix cache contains their beginnings by now.
    const together = await Promise.all(requests.map(({ prompt, changes }) => answerOf(engine, prompt, changes)));
    expect(together.map(({ tokens }) => tokens)).toEqual(tokens);
    await using recomputing = await openEngine({ package: golden.folder, cache: false });
    let takeovers = 0;
    for (const [i, { prompt, changes }] of requests.entries()) {
      expect((await answerOf(recomputing, prompt, changes)).tokens).toEqual(tokens[i]);
      takeovers += await takeOver(engine, prompt, changes, alone[i]!);
    }
    expect(takeovers).toBeGreaterThan(4);
    expect(await engine.stats()).toMatchObject({ runningSequences: 0, pagesInUse: 0 });
  },
);
