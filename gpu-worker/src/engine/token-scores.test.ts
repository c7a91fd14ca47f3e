import { expect, it } from "vitest";
import { decodeWith } from "../../../test/support/models/decode-with.ts";
import { everywhere, ScriptedModel } from "../../../test/support/models/scripted-model.ts";
import type { DecodeOptions } from "../decoding/open-window.ts";
import { scored } from "./token-scores.ts";

const MASK = 99;
const options = { blockLength: 4, maskToken: MASK, eosTokens: new Set([50]), maxTokens: 4 };
const quality = {
  rule: "2.1",
  threshold: 0.7,
  editing_threshold: 0.5,
  max_post_steps: 16,
} as const;

/** `[token, probability, step]` of each committed token. */
async function tokensOf(
  model: ScriptedModel,
  prompt: readonly number[],
  changes: Partial<DecodeOptions>,
): Promise<(readonly number[])[][]> {
  const given = { ...options, decoding: quality, ...changes };
  const steps = decodeWith(model, prompt, given, new AbortController().signal);
  const rescores = given.decoding.rule !== "2.0";
  const told: (readonly number[])[][] = [];
  for await (const step of scored(steps, model, {
    best: 1,
    prompted: prompt.length % 4,
    maskToken: MASK,
    rescores,
  })) {
    if (step.kind === "commit") {
      told.push(
        (step.tokens ?? []).map(({ logprob, step: at }, i) => [
          step.cells[i] as number,
          Number(Math.exp(logprob).toFixed(4)),
          at,
        ]),
      );
    }
  }
  return told;
}

it("scores a token by the last step that looked at it, and tells the step that wrote it", async () => {
  const model = new ScriptedModel([
    ["1@.9", "2@.8", "3@.1", "4@.1"],
    ["7@.6", "2@.75", "3@.9", "4@.1"],
    ["7@.95", "2@.85", "3@.65", "4@.9"],
    ["7@.96", "2@.86", "3@.66", "4@.92"],
  ]);
  expect(await tokensOf(model, [], {})).toEqual([
    [
      [7, 0.96, 1],
      [2, 0.86, 0],
      [3, 0.66, 1],
      [4, 0.92, 2],
    ],
  ]);
});

it("2.0: by the step that wrote it, since none looks again", async () => {
  const model = new ScriptedModel([
    ["1@.99", "2@.1", "3@.1", "4@.98"],
    ["8@.99", "2@.3", "3@.97", "8@.98"],
    ["8@.99", "2@.4", "8@.97", "8@.98"],
  ]);
  const decoding = { rule: "2.0", threshold: 0.95 } as const;
  expect(await tokensOf(model, [], { decoding })).toEqual([
    [
      [1, 0.99, 0],
      [2, 0.4, 2],
      [3, 0.97, 1],
      [4, 0.98, 0],
    ],
  ]);
});

it("a token that the last step wrote over has the score of what stands there now", async () => {
  const model = new ScriptedModel([
    ["1@.9", "2@.9", "3@.9", "4@.9"],
    ["1@.9", "8@.6", "3@.9", "4@.9"],
  ]);
  const decoding = { ...quality, max_post_steps: 1 };
  expect(await tokensOf(model, [], { decoding })).toEqual([
    [
      [1, 0.9, 0],
      [8, 0.6, 1],
      [3, 0.9, 0],
      [4, 0.9, 0],
    ],
  ]);
});

it("leaves out the prompt, what is cut, and what stands after the end", async () => {
  const long = new ScriptedModel([everywhere("5@.9", 4)]);
  const cut = await tokensOf(long, [1], { maxTokens: 5 });
  expect(cut.map((block) => block.length)).toEqual([3, 2]);
  const ended = new ScriptedModel([["9@.9", "5@.9", "50@.8", "6@.9"]]);
  expect(await tokensOf(ended, [1], { maxTokens: 8 })).toEqual([
    [
      [5, 0.9, 0],
      [50, 0.8, 0],
    ],
  ]);
});

it("steps are taken as without it", async () => {
  const script = [everywhere("5@.9", 4), everywhere("6@.8", 4), everywhere("6@.9", 4)];
  const plain = new ScriptedModel(script);
  await Array.fromAsync(
    decodeWith(plain, [], { ...options, decoding: quality, maxTokens: 12 }, new AbortController().signal),
  );
  const model = new ScriptedModel(script);
  await tokensOf(model, [], { maxTokens: 12 });
  expect(model.seen).toEqual(plain.seen);
});
