/**
 * Ends a rank's thread during a forward: running sequences fail with the reason, and later sequences are correct again.
 */

import { afterAll, beforeAll, expect, it } from "vitest";
import { readManifest } from "../../gpu-worker/src/files/read-manifest.ts";
import type { RankLink } from "../../gpu-worker/src/parallel/exchange.ts";
import { openReconnectingLink } from "../../gpu-worker/src/parallel/reconnecting-link.ts";
import { createExchangeMemory, openRankThread } from "../../gpu-worker/src/program/rank-client.ts";
import { type Model, openModel } from "../../gpu-worker/src/runtime/model.ts";
import { ahead, decodeWith, type ModelOf } from "../support/models/decode-with.ts";
import { convertGolden, type GoldenPackage, goldenOptions, goldenRuns } from "../support/models/golden.ts";
import { patiently, until } from "../support/waiting.ts";

let golden: GoldenPackage;
let model: Model;
/** The current thread of rank 1. */
let thread: RankLink;

beforeAll(async () => {
  golden = await convertGolden("tiny-21", { quantization: "none", ranks: 2 });
  const settings = { kind: "local", package: golden.folder, rank: 1, threads: 1 } as const;
  const memory = await createExchangeMemory(golden.folder);
  const open = async (signal: AbortSignal): Promise<RankLink> => {
    thread = await openRankThread(settings, { signal, memory });
    return thread;
  };
  const openLinks = async () => [await openReconnectingLink({ rank: 1, open })];
  model = await openModel(golden.folder, await readManifest(golden.folder), { threads: 1, pages: 16, openLinks });
});

afterAll(async () => {
  await model[Symbol.asyncDispose]();
  await golden[Symbol.asyncDispose]();
});

const [run] = goldenRuns("tiny-21") as [ReturnType<typeof goldenRuns>[number]];

async function answer(first: number, afterForward: (n: number) => PromiseLike<unknown> | undefined): Promise<number[]> {
  const pages = Array.from({ length: 8 }, (_, page) => first + page);
  let forwards = 0;
  const watched: ModelOf = (window) => {
    const own = ahead(model.sequence(pages))(window);
    return {
      prefill: (tokens, signal) => own.prefill(tokens, signal),
      async denoise(blocks) {
        await afterForward(forwards++);
        return own.denoise(blocks);
      },
      commit: (block) => own.commit(block),
    };
  };
  const output: number[] = [];
  const steps = decodeWith(watched, run.prompt, goldenOptions("tiny-21", run), new AbortController().signal);
  for await (const step of steps) if (step.kind === "commit") output.push(...step.cells);
  return output;
}

it("both sequences in the forward fail, the rank restarts, and the text then equals the undisturbed text", async () => {
  const killed = await Promise.allSettled([
    answer(0, (n) => (n === 2 ? thread[Symbol.asyncDispose]() : undefined)),
    answer(8, () => undefined),
  ]);
  for (const result of killed) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
    expect(String((result as PromiseRejectedResult).reason)).toMatch(
      /rank 1 is unreachable: (its thread exited|reconnecting)/,
    );
  }
  await until(() => model.lostRanks.length === 0, patiently.timeout);
  expect(await answer(0, () => undefined)).toEqual(run.output);
});
