/** Ranks that each lead their own sequences reproduce the recorded decodes, several in parallel, token for token. */
import { afterAll, expect, it } from "vitest";
import type { Engine } from "../../gpu-worker/src/engine/engine.ts";
import { openDataParallel } from "../../gpu-worker/src/program/data-parallel.ts";
import { convertGolden, type GoldenRun, goldenRuns } from "../support/models/golden.ts";
import { goldenRequest } from "../support/models/golden-request.ts";

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

it.each([
  { name: "tiny-21", ranks: 2, every: 4, eos: 508 },
  { name: "tiny-21", ranks: 4, every: 4, eos: 508 },
  { name: "demo-21", ranks: 2, every: 12, eos: 4 },
] as const)("$name, $ranks ranks: all answers, and every rank leads", async ({ name, ranks, every, eos }) => {
  const golden = opened.use(await convertGolden(name, { quantization: "none", ranks }));
  const runs = goldenRuns(name).filter(({ eos_id }, i) => i % every === 0 && eos_id === eos);
  const engine = opened.use(await openDataParallel({ package: golden.folder, capacity: ranks, eosTokens: [eos] }));
  // As many sequences run in parallel as there are ranks.
  let atOnce = 0;
  const answers = await Promise.all(
    runs.map((run) =>
      answer(engine, run, async () => {
        atOnce = Math.max(atOnce, (await engine.stats()).runningSequences);
      }),
    ),
  );
  expect(answers).toEqual(runs.map(({ output }) => output));
  expect(atOnce).toBe(ranks);
});

async function answer(engine: Engine, run: GoldenRun, onDraft: () => Promise<void>): Promise<number[]> {
  const tokens: number[] = [];
  for await (const event of engine.generate(goldenRequest(run), new AbortController().signal)) {
    if (event.type === "draft") await onDraft();
    if (event.type === "commit") tokens.push(...(event.token_ids ?? []));
    if (event.type === "error") throw new Error(event.message);
  }
  return tokens;
}
